// Three writes to a pipe by os.File, from different goroutines; says how each went.
package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

func write(file *os.File, number int, done chan bool) {
	_, err := file.Write([]byte("x"))
	if errors.Is(err, syscall.EIO) {
		fmt.Println(number, "EIO")
	} else if err != nil {
		fmt.Println(number, err)
	} else {
		fmt.Println(number, "ok")
	}
	done <- true
}

func main() {
	done := make(chan bool)
	_, file, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	for number := 1; number <= 3; number++ {
		go write(file, number, done)
		<-done
	}
}
