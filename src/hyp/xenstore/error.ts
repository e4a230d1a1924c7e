// Refusals of the store, by the names that the protocol has for them (Xen, public/io/xs_wire.h, xsd_errors).

export type StoreErrorCode =
  | 'EINVAL' | 'EACCES' | 'EEXIST' | 'ENOENT' | 'ENOSPC' | 'ENOSYS' | 'EBUSY' | 'EAGAIN' | 'E2BIG'; // prettier-ignore

/** Ends one request; its requester gets the code as the answer. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(readonly code: StoreErrorCode) {
    super(code);
  }
}
