#include "fdt.h"

#include <stddef.h>

#include "print.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };
enum { MAGIC = 0xd00dfeed, HEADER_BYTES = 40 };
// Header fields, in words.
enum { H_MAGIC, H_SIZE, H_STRUCT, H_STRINGS, H_RESERVED, H_VERSION, H_COMPATIBLE, H_CPU, H_STRINGS_SIZE,
       H_STRUCT_SIZE };

static uint32_t big_endian(uint32_t value) { return __builtin_bswap32(value); }

static bool inside(uint32_t offset, uint32_t size, uint32_t total) { return offset <= total && size <= total - offset; }

/** Words of a string with its NUL, or 0 when it does not end within `limit` bytes. */
static uint32_t string_words(const char *text, uint32_t limit)
{
    for (uint32_t i = 0; i < limit; i++)
        if (!text[i])
            return i / 4 + 1;
    return 0;
}

static const char *index_nodes(struct fdt *fdt, const uint32_t *at, uint32_t words, uint32_t strings_size)
{
    const uint32_t *end = at + words;
    int current = FDT_NONE;
    unsigned depth = 0;
    bool rooted = false;
    while (at < end) {
        uint32_t token = big_endian(*at++);
        if (token == NOP)
            continue;
        if (token == BEGIN_NODE) {
            if (!depth && rooted)
                return "more than one root";
            if (++depth > FDT_MAX_DEPTH)
                return "nodes nested too deeply";
            if (fdt->count == FDT_MAX_NODES)
                return "more than 512 nodes";
            uint32_t name_words = string_words((const char *)at, (uint32_t)(end - at) * 4);
            if (!name_words)
                return "a node name does not end";
            struct fdt_node *node = &fdt->nodes[fdt->count];
            node->name = (const char *)at;
            node->parent = (int16_t)current;
            at += name_words;
            node->properties = at;
            current = fdt->count++;
            rooted = true;
        } else if (token == END_NODE) {
            if (!depth)
                return "more nodes end than begin";
            depth--;
            current = fdt->nodes[current].parent;
        } else if (token == PROPERTY) {
            if (!depth || end - at < 2)
                return "a property outside a node";
            uint32_t bytes = big_endian(at[0]), name = big_endian(at[1]);
            at += 2;
            uint32_t left = (uint32_t)(end - at) * 4;
            if (bytes > left)
                return "a property runs over the end";
            if (name >= strings_size || !string_words(fdt->strings + name, strings_size - name))
                return "a property name lies outside the strings";
            at += (bytes + 3) / 4;
        } else if (token == END) {
            return depth || !rooted ? "it ends inside a node" : NULL;
        } else {
            return "an unknown token";
        }
    }
    return "it has no end";
}

const char *fdt_open(struct fdt *fdt, const void *blob, uint32_t limit)
{
    const uint32_t *header = blob;
    fdt->count = 0;
    fdt->blob = NULL;
    if ((uintptr_t)blob & 3)
        return "not aligned to 4 bytes";
    if (limit < HEADER_BYTES || big_endian(header[H_MAGIC]) != MAGIC)
        return "no magic d00dfeed";
    uint32_t size = big_endian(header[H_SIZE]);
    if (size < HEADER_BYTES || size > limit || size > FDT_MAX_BYTES)
        return "a size that cannot be";
    if (big_endian(header[H_VERSION]) < 17 || big_endian(header[H_COMPATIBLE]) > 17)
        return "not version 17";
    uint32_t structure = big_endian(header[H_STRUCT]), structure_size = big_endian(header[H_STRUCT_SIZE]);
    uint32_t strings = big_endian(header[H_STRINGS]), strings_size = big_endian(header[H_STRINGS_SIZE]);
    if ((structure & 3) || !inside(structure, structure_size, size) || !inside(strings, strings_size, size))
        return "blocks outside the blob";
    fdt->strings = (const char *)blob + strings;
    const char *problem = index_nodes(fdt, header + structure / 4, structure_size / 4, strings_size);
    if (problem) {
        fdt->count = 0;
        return problem;
    }
    for (int node = 0; node < fdt->count; node++)
        fdt->nodes[node].phandle = fdt_u32(fdt, node, "phandle", 0);
    fdt->blob = blob;
    fdt->size = size;
    return NULL;
}

bool fdt_property(const struct fdt *fdt, int node, const char *name, struct fdt_property *property)
{
    if (node < 0 || node >= fdt->count)
        return false;
    // Properties come before subnodes (5.4.2), so the first other token ends the list.
    for (const uint32_t *at = fdt->nodes[node].properties;;) {
        uint32_t token = big_endian(*at++);
        if (token == NOP)
            continue;
        if (token != PROPERTY)
            return false;
        property->length = big_endian(at[0]);
        property->name = fdt->strings + big_endian(at[1]);
        property->value = at + 2;
        if (equal(property->name, name))
            return true;
        at += 2 + (property->length + 3) / 4;
    }
}

uint32_t fdt_cell(const struct fdt_property *property, uint32_t index)
{
    return index < property->length / 4 ? big_endian(property->value[index]) : 0;
}

uint32_t fdt_u32(const struct fdt *fdt, int node, const char *name, uint32_t otherwise)
{
    struct fdt_property property;
    return fdt_property(fdt, node, name, &property) && property.length >= 4 ? fdt_cell(&property, 0) : otherwise;
}

const char *fdt_string(const struct fdt *fdt, int node, const char *name)
{
    struct fdt_property property;
    if (!fdt_property(fdt, node, name, &property))
        return NULL;
    const char *text = (const char *)property.value;
    return string_words(text, property.length) ? text : NULL;
}

bool fdt_is_compatible(const struct fdt *fdt, int node, const char *compatible)
{
    struct fdt_property list;
    if (!fdt_property(fdt, node, "compatible", &list))
        return false;
    const char *text = (const char *)list.value, *end = text + list.length;
    while (text < end && string_words(text, (uint32_t)(end - text))) {
        if (equal(text, compatible))
            return true;
        text += length(text) + 1;
    }
    return false;
}

int fdt_find_compatible(const struct fdt *fdt, int after, const char *compatible)
{
    for (int node = after + 1; node < fdt->count; node++)
        if (fdt_is_compatible(fdt, node, compatible))
            return node;
    return FDT_NONE;
}

int fdt_find_phandle(const struct fdt *fdt, uint32_t phandle)
{
    for (int node = 0; node < fdt->count; node++)
        if (phandle && fdt->nodes[node].phandle == phandle)
            return node;
    return FDT_NONE;
}

/** Whether the path component of `n` characters names the node, with or without its unit address. */
static bool is_named(const char *node_name, const char *component, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (node_name[i] != component[i])
            return false;
    return node_name[n] == 0 || node_name[n] == '@';
}

int fdt_find_path(const struct fdt *fdt, const char *path)
{
    int node = fdt->count && *path == '/' ? 0 : FDT_NONE;
    while (node != FDT_NONE) {
        while (*path == '/')
            path++;
        size_t n = 0;
        while (path[n] && path[n] != '/' && path[n] != ':')
            n++;
        if (!n)
            return node;
        int child = node + 1;
        while (child < fdt->count && !(fdt->nodes[child].parent == node && is_named(fdt->nodes[child].name, path, n)))
            child++;
        node = child < fdt->count ? child : FDT_NONE;
        path += n;
    }
    return FDT_NONE;
}

int fdt_child(const struct fdt *fdt, int parent, const char *name)
{
    for (int node = parent + 1; node < fdt->count; node++)
        if (fdt->nodes[node].parent == parent && is_named(fdt->nodes[node].name, name, length(name)))
            return node;
    return FDT_NONE;
}
