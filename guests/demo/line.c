#include "line.h"

#include <string.h>

#include "arm.h"
#include "platform.h"
#include "print.h"

enum { HISTORY = 16 };
enum { CTRL_C = 3, BACKSPACE = 8, TAB = 9, LINE_FEED = 10, RETURN = 13, CTRL_U = 21, ESCAPE = 27, DELETE = 127 };
enum { KEY_UP = 256, KEY_DOWN, KEY_NONE };

static char history[HISTORY][LINE_MAX + 1];
static unsigned remembered; // lines ever put into `history`

// What is being edited, to be shown again when something else was printed in between.
static const char *shown_prompt;
static const char *shown_line;
static size_t shown;

void line_aside(bool begin)
{
    if (!shown_prompt)
        return;
    if (begin) {
        print("\n");
        return;
    }
    print("%s", shown_prompt);
    for (size_t i = 0; i < shown; i++)
        print("%c", shown_line[i]);
}

/** The next byte; WFI until it comes. */
static int wait_byte(void)
{
    for (;;) {
        while (platform->work())
            ;
        platform->flush();
        // Masked while we look: an interrupt after the look then ends the WFI instead of being slept over.
        irq_disable();
        int byte = platform->read();
        if (byte < 0 && !platform->work())
            wfi();
        irq_enable();
        if (byte >= 0)
            return byte;
    }
}

/** The next key: a byte, or one of the KEY_ values for the sequences ESC [ ... and ESC O ... */
static int wait_key(void)
{
    int byte = wait_byte();
    if (byte != ESCAPE)
        return byte;
    byte = wait_byte();
    if (byte != '[' && byte != 'O')
        return KEY_NONE;
    do
        byte = wait_byte();
    while (byte < '@'); // parameters
    return byte == 'A' ? KEY_UP : byte == 'B' ? KEY_DOWN : KEY_NONE;
}

static void erase(size_t n)
{
    while (n--)
        print("\b \b");
}

static size_t replace(char *line, size_t n, const char *with)
{
    erase(n);
    memcpy(line, with, length(with) + 1);
    print("%s", line);
    return length(line);
}

/** Extends the word to what all candidates share. */
static size_t complete(char *line, size_t n, line_words *words)
{
    const char *found = NULL;
    size_t common = 0, candidates = 0;
    line[n] = 0;
    for (size_t i = 0; words(i); i++) {
        const char *word = words(i);
        if (!starts_with(word, line))
            continue;
        if (!candidates++) {
            found = word;
            common = length(word);
        }
        for (size_t same = 0; same < common; same++)
            if (word[same] != found[same])
                common = same;
    }
    for (; n < common; n++)
        print("%c", line[n] = found[n]);
    if (candidates == 1 && n < LINE_MAX)
        print("%c", line[n++] = ' ');
    return n;
}

static const char *recalled(unsigned back) { return back ? history[(remembered - back) % HISTORY] : ""; }

static void remember(const char *line)
{
    if (*line && !(remembered && equal(line, recalled(1))))
        memcpy(history[remembered++ % HISTORY], line, length(line) + 1);
}

void line_read(const char *prompt, char line[LINE_MAX + 1], line_words *words)
{
    static bool after_return;
    size_t n = 0;
    unsigned back = 0;
    print("%s", prompt);
    shown_line = line;
    for (;;) {
        shown = n;
        shown_prompt = prompt;
        int key = wait_key();
        shown_prompt = NULL;
        bool second_of_pair = key == LINE_FEED && after_return; // CR LF is one end of line
        after_return = key == RETURN;
        if (second_of_pair)
            continue;
        if (key == RETURN || key == LINE_FEED || key == CTRL_C) {
            if (key == CTRL_C) {
                print("^C");
                n = 0;
            }
            line[n] = 0;
            print("\n");
            remember(line);
            return;
        }
        if ((key == BACKSPACE || key == DELETE) && n) {
            erase(1);
            n--;
        } else if (key == CTRL_U) {
            erase(n);
            n = 0;
        } else if (key == TAB) {
            n = complete(line, n, words);
        } else if (key == KEY_UP && back < remembered && back < HISTORY) {
            n = replace(line, n, recalled(++back));
        } else if (key == KEY_DOWN && back) {
            n = replace(line, n, recalled(--back));
        } else if (key >= ' ' && key <= '~' && n < LINE_MAX) {
            print("%c", line[n++] = (char)key);
        }
    }
}
