/* Compiled as a shared library; library_user.c calls it. */
int library_add(int *word);

int library_add(int *word)
{
	return *word += 5;
}
