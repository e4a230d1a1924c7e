#include "shell.h"

#include <stddef.h>

#include "line.h"
#include "platform.h"
#include "print.h"

enum { CTRL_C = 3, MAX_WORDS = 5 };

bool parse_number(const char *text, unsigned base, uint32_t *value)
{
    uint32_t result = 0;
    if (starts_with(text, "0x") || starts_with(text, "0X")) {
        base = 16;
        text += 2;
    }
    if (!*text)
        return false;
    for (; *text; text++) {
        char small = *text | 0x20;
        uint32_t digit = *text >= '0' && *text <= '9' ? (uint32_t)(*text - '0')
                         : small >= 'a' && small <= 'f' ? (uint32_t)(small - 'a' + 10)
                                                        : 16;
        if (digit >= base || result > (UINT32_MAX - digit) / base)
            return false;
        result = result * base + digit;
    }
    *value = result;
    return true;
}

bool interrupted(void)
{
    for (int byte; (byte = platform->read()) >= 0;)
        if (byte == CTRL_C) {
            print("^C\n");
            return true;
        }
    return false;
}

/** The `index`th command of all, the platform's behind the others; NULL behind the last. */
static const struct command *command_at(size_t index)
{
    size_t own = 0;
    while (commands[own].name)
        own++;
    const struct command *command = index < own ? &commands[index] : &platform->commands[index - own];
    return command->name ? command : NULL;
}

void each_command(void (*visit)(const struct command *))
{
    for (size_t i = 0; command_at(i); i++)
        visit(command_at(i));
}

static const char *command_name(size_t index)
{
    const struct command *command = command_at(index);
    return command ? command->name : NULL;
}

/** Cuts the line into words in place. */
static unsigned split(char *line, const char *words[MAX_WORDS + 1])
{
    unsigned count = 0;
    for (;;) {
        while (*line == ' ')
            *line++ = 0;
        if (!*line || count > MAX_WORDS)
            return count;
        words[count++] = line;
        while (*line && *line != ' ')
            line++;
    }
}

static void run_line(char *line)
{
    const char *words[MAX_WORDS + 1];
    unsigned count = split(line, words);
    if (!count)
        return;
    const struct command *command;
    for (size_t index = 0; (command = command_at(index)); index++) {
        if (!equal(command->name, words[0]))
            continue;
        if (count - 1 < command->least || count - 1 > command->most) {
            print("usage: %s %s\n", command->name, command->arguments);
            return;
        }
        struct arguments arguments = {.count = count - 1};
        for (unsigned i = 1; i < count; i++)
            arguments.word[i - 1] = words[i];
        command->run(&arguments);
        return;
    }
    print("%s: no such command; try 'help'\n", words[0]);
}

void shell(void)
{
    char line[LINE_MAX + 1];
    for (;;) {
        line_read(platform->prompt, line, command_name);
        run_line(line);
    }
}
