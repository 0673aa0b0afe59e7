// The sleeper in Go: main.main, main.outer, main.inner, then a read of standard input.
package main

import "syscall"

//go:noinline
func inner(depth int) int {
	var buf [1]byte
	n, _ := syscall.Read(0, buf[:])
	return n + depth
}

//go:noinline
func outer(depth int) int {
	return inner(depth+1) + 1
}

func main() {
	if outer(1) > 1000 {
		panic("never")
	}
}
