// What each request does (Xen, docs/misc/xenstore.txt).
import { StoreError } from './error';
import { absolutePath, homeOf } from './path';
import { formatPermission, parsePermission } from './permissions';
import type { Store } from './store';
import type { Watcher } from './watches';
import { allStrings, latin1, LONGEST_PAYLOAD, type Message, split, strings, XS } from './wire';

export interface Request {
  readonly store: Store;
  readonly watcher: Watcher;
  readonly message: Message;
  /** Whether there is a domain with this id that has a connection. */
  readonly isIntroduced: (domain: number) => boolean;
}

/** @returns the payload of the answer @throws StoreError */
type Handler = (request: Request) => Uint8Array;

const OK = strings('OK');

const refuse = (): never => {
  throw new StoreError('EINVAL');
};
const view = ({ store, watcher, message }: Request) => store.view(watcher, message.transaction);
/** Exactly so many texts. */
function texts({ message }: Request, count: number): string[] {
  const found = split(message.payload, count);
  return found && found.rest.length === 0 ? found.texts : refuse();
}
/** One text that is the path of a node. */
const onePath = (request: Request): string => absolutePath(texts(request, 1)[0]!, request.watcher.domain);

function limited(payload: Uint8Array): Uint8Array {
  if (payload.length > LONGEST_PAYLOAD) throw new StoreError('E2BIG');
  return payload;
}

function domainId(text: string): number {
  const id = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return id >= 0 ? id : refuse();
}

/** Part of the names of a node with many children: those from an offset on, and an empty one at their end. */
function directoryPart(request: Request): Uint8Array {
  const [given, at] = texts(request, 2) as [string, string];
  const path = absolutePath(given, request.watcher.domain);
  if (!/^\d{1,9}$/.test(at)) return refuse();
  const { names, generation } = view(request).directory(request.watcher.domain, path);
  const all = strings(...names);
  const head = strings(String(generation));
  const most = LONGEST_PAYLOAD - head.length - 1;
  let end = Number(at);
  if (end > all.length) return refuse();
  const start = end;
  for (let next = all.indexOf(0, end); next >= 0 && next + 1 - start <= most; next = all.indexOf(0, end))
    end = next + 1;
  const part = all.subarray(start, end);
  return Uint8Array.of(...head, ...part, ...(end === all.length ? [0] : []));
}

function setPermissions(request: Request): Uint8Array {
  const found = allStrings(request.message.payload);
  if (!found || found.length < 2) return refuse();
  const [given, ...rest] = found as [string, ...string[]];
  const { domain } = request.watcher;
  view(request).setPermissions(domain, absolutePath(given, domain), rest.map(parsePermission));
  return OK;
}

function write(request: Request): Uint8Array {
  const found = split(request.message.payload, 1) ?? refuse();
  const { domain } = request.watcher;
  view(request).write(domain, absolutePath(found.texts[0]!, domain), found.rest.slice());
  return OK;
}

export const REQUESTS: Readonly<Record<number, Handler>> = {
  [XS.DIRECTORY]: r => limited(strings(...view(r).directory(r.watcher.domain, onePath(r)).names)),
  [XS.DIRECTORY_PART]: directoryPart,
  [XS.READ]: r => limited(view(r).read(r.watcher.domain, onePath(r))),
  [XS.WRITE]: write,
  [XS.MKDIR]: r => (view(r).mkdir(r.watcher.domain, onePath(r)), OK),
  [XS.RM]: r => (view(r).remove(r.watcher.domain, onePath(r)), OK),
  [XS.GET_PERMS]: r => strings(...view(r).permissions(r.watcher.domain, onePath(r)).map(formatPermission)),
  [XS.SET_PERMS]: setPermissions,
  [XS.WATCH]: r => {
    const [path, token] = texts(r, 2) as [string, string];
    // The answer comes before the first event.
    r.store.watch(r.watcher, path, token);
    return OK;
  },
  [XS.UNWATCH]: r => {
    const [path, token] = texts(r, 2) as [string, string];
    r.store.unwatch(r.watcher, path, token);
    return OK;
  },
  [XS.RESET_WATCHES]: r => (r.store.forget(r.watcher), OK),
  [XS.TRANSACTION_START]: r => {
    if (r.message.transaction !== 0) throw new StoreError('EBUSY');
    return strings(String(r.store.begin(r.watcher)));
  },
  [XS.TRANSACTION_END]: r => {
    const [how] = texts(r, 1);
    if (how !== 'T' && how !== 'F') return refuse();
    r.store.end(r.watcher, r.message.transaction, how === 'T');
    return OK;
  },
  [XS.GET_DOMAIN_PATH]: r => strings(homeOf(domainId(texts(r, 1)[0]!))),
  [XS.IS_DOMAIN_INTRODUCED]: r => strings(r.isIntroduced(domainId(texts(r, 1)[0]!)) ? 'T' : 'F'),
  // The toolstack is no guest: nobody asks for these here.
  ...Object.fromEntries(
    [XS.CONTROL, XS.INTRODUCE, XS.RELEASE, XS.RESUME, XS.SET_TARGET].map(type => [
      type,
      () => {
        throw new StoreError('EACCES');
      },
    ]),
  ),
};

/** The event of a watch. */
export const watchEvent = (path: string, token: string): Uint8Array =>
  Uint8Array.of(...latin1(path), 0, ...latin1(token), 0);
