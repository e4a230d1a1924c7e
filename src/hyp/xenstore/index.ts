// The store of the domains that the built-in toolstack makes; this is its door.
export { StoreConnection } from './connection';
export { homeOf, own, permissions, Store } from './store';
