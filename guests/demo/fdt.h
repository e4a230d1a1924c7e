// Reader of a flattened device tree (Devicetree Specification v0.4, chapter 5). The blob is not trusted: fdt_open walks
// all of it once, every offset checked, and builds an index; after that, reading cannot leave the blob.
#ifndef FDT_H
#define FDT_H

#include <stdbool.h>
#include <stdint.h>

#define FDT_MAX_NODES 512
#define FDT_MAX_DEPTH 16
#define FDT_MAX_BYTES (1024 * 1024)
/** No node: the parent of the root, or not found. */
#define FDT_NONE (-1)

struct fdt_node {
    const char *name;
    const uint32_t *properties; // the token behind the name
    uint32_t phandle;           // 0: none
    int16_t parent;
};

struct fdt {
    const uint8_t *blob;
    uint32_t size;
    const char *strings;
    int count;
    struct fdt_node nodes[FDT_MAX_NODES]; // in the order of the blob: parents before children
};

/** Cells are big-endian: read them with fdt_cell. */
struct fdt_property {
    const char *name;
    const uint32_t *value;
    uint32_t length; // bytes
};

/** @returns NULL, or in a few words what is wrong with the blob. `limit`: bytes that can be read from `blob`. */
const char *fdt_open(struct fdt *fdt, const void *blob, uint32_t limit);
bool fdt_property(const struct fdt *fdt, int node, const char *name, struct fdt_property *property);
/** @returns cell `index` of the property; 0 behind its end. */
uint32_t fdt_cell(const struct fdt_property *property, uint32_t index);
/** @returns the first cell of a property, or `otherwise` when there is none. */
uint32_t fdt_u32(const struct fdt *fdt, int node, const char *name, uint32_t otherwise);
/** @returns the first string of a property, or NULL when it is missing or not terminated. */
const char *fdt_string(const struct fdt *fdt, int node, const char *name);
/** Whether `compatible` lists this string. */
bool fdt_is_compatible(const struct fdt *fdt, int node, const char *compatible);
/** @returns the first node behind `after` (FDT_NONE: from the start) that is compatible, or FDT_NONE. */
int fdt_find_compatible(const struct fdt *fdt, int after, const char *compatible);
int fdt_find_phandle(const struct fdt *fdt, uint32_t phandle);
/** @returns the node at an absolute path (up to its end or a ':'), or FDT_NONE. */
int fdt_find_path(const struct fdt *fdt, const char *path);
int fdt_child(const struct fdt *fdt, int parent, const char *name);

#endif
