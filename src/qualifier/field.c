#include "qualifier/field.h"

#include <stdlib.h>

void field_release(struct field *field)
{
	free(field->name);
	free(field->identifier);
	free(field->type);
	free(field->file);
	*field = (struct field){.name = NULL};
}
