// What a domain without privileges may use of the store, so that it cannot fill it (defaults of Xen, tools/xenstore).
export const QUOTA = {
  /** Nodes that it owns. */
  NODES: 1000,
  WATCHES: 128,
  TRANSACTIONS: 10,
  /** Bytes of a node: value, names of children, permissions. */
  NODE_BYTES: 2048,
  PERMISSIONS: 5,
  /** Nodes that one transaction looks at. */
  TRANSACTION_NODES: 1024,
  /** Changes that one transaction makes: they are kept until it ends, also those that others undo. */
  TRANSACTION_CHANGES: 4096,
} as const;
