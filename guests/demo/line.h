// The line editor: echo, backspace, history, completion.
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

/** With the prompt, a line fits an 80-column terminal. */
#define LINE_MAX 72

/** Names the `index`th word that Tab completes, or NULL behind the last. */
typedef const char *line_words(size_t index);

/** Reads one line, sleeping until keys come. Ctrl-C gives an empty line. */
void line_read(const char *prompt, char line[LINE_MAX + 1], line_words *words);

/** Before and after something is printed that was not asked for: the line that is being edited is shown again. */
void line_aside(bool begin);

#endif
