// How a backend and a frontend find each other: states in the store, each side's own (Xen, public/io/xenbus.h; Linux,
// drivers/xen/xenbus).
import type { Domain } from '../domain';
import { homeOf, permissions, type Store } from '../xenstore';
import { BACKEND_DOMAIN } from './shared-page';

export const XENBUS = {
  INITIALISING: 1,
  INIT_WAIT: 2,
  INITIALISED: 3,
  CONNECTED: 4,
  CLOSING: 5,
  CLOSED: 6,
} as const;

export type Nodes = Readonly<Record<string, string | number>>;

/** What the frontend has written, by name. */
export interface FrontendNodes {
  text(name: string): string | undefined;
  /** A whole number of 32 bits without sign; anything else is undefined. */
  number(name: string): number | undefined;
}

/** What is special about a kind of device. */
export interface BackendDriver {
  /** What the frontend may know before it chooses. */
  readonly offer: Nodes;
  /** The frontend has chosen. @returns what it is to know now; undefined: with this nobody can work */
  connect(frontend: FrontendNodes): Nodes | undefined;
  /** Lets go of all pages and channels of the guest. */
  disconnect(): void;
}

/** Where a device of a domain is in the store. */
export interface DevicePlace {
  /** For example `vbd`. */
  readonly kind: string;
  readonly device: number;
}

const DECIMAL = /^\d{1,10}$/;
const TWO_32 = 2 ** 32;

export class XenbusBackend {
  private readonly frontend: string;
  private readonly backend: string;
  private connected = false;
  private readonly stop: () => void;

  /** @param nodes that libxl writes for the device, on either side */
  constructor(
    private readonly store: Store,
    private readonly domain: Domain,
    { kind, device }: DevicePlace,
    nodes: { readonly frontend: Nodes; readonly backend: Nodes },
    private readonly driver: BackendDriver,
    /** Both sides have their nodes already, and perhaps each other: the domain was restored. */
    restored = false,
  ) {
    this.frontend = `${homeOf(domain.id)}/device/${kind}/${device}`;
    this.backend = `${homeOf(BACKEND_DOMAIN)}/backend/${kind}/${domain.id}/${device}`;
    if (restored) this.reconnect();
    else this.writeNodes(nodes);
    this.stop = store.observe(`${this.frontend}/state`, () => this.frontendChanged());
  }

  private writeNodes(nodes: { readonly frontend: Nodes; readonly backend: Nodes }): void {
    const { store, domain, driver } = this;
    store.mkdir(this.frontend, permissions(domain.id, BACKEND_DOMAIN, 'r'));
    store.mkdir(this.backend, permissions(BACKEND_DOMAIN, domain.id, 'r'));
    this.write(this.frontend, {
      ...{ backend: this.backend, 'backend-id': BACKEND_DOMAIN, state: XENBUS.INITIALISING },
      ...nodes.frontend,
    });
    this.write(this.backend, {
      ...{ frontend: this.frontend, 'frontend-id': domain.id, online: 1, ...nodes.backend, ...driver.offer },
      state: XENBUS.INIT_WAIT,
    });
  }

  private reconnect(): void {
    if (this.store.read(`${this.backend}/state`) !== String(XENBUS.CONNECTED)) return;
    if (this.driver.connect(this.nodes)) this.connected = true;
    else this.fail('what its frontend shared with the backend is not there any more');
  }

  private write(at: string, nodes: Nodes): void {
    for (const [name, value] of Object.entries(nodes)) this.store.write(`${at}/${name}`, value);
  }
  private setState(state: number): void {
    if (this.store.read(`${this.backend}/state`) !== String(state)) this.store.write(`${this.backend}/state`, state);
  }

  private readonly nodes: FrontendNodes = {
    text: name => this.store.read(`${this.frontend}/${name}`),
    number: name => {
      const text = this.store.read(`${this.frontend}/${name}`) ?? '';
      return DECIMAL.test(text) && Number(text) < TWO_32 ? Number(text) : undefined;
    },
  };

  private frontendChanged(): void {
    switch (this.nodes.number('state')) {
      case XENBUS.INITIALISING:
        // A driver that was closed comes again.
        if (this.store.read(`${this.backend}/state`) === String(XENBUS.CLOSED)) this.setState(XENBUS.INIT_WAIT);
        return;
      case XENBUS.INITIALISED:
      case XENBUS.CONNECTED:
        return this.connect();
      case XENBUS.CLOSING:
        this.disconnect();
        return this.setState(XENBUS.CLOSING);
      case XENBUS.CLOSED:
      case undefined:
        this.disconnect();
        return this.setState(XENBUS.CLOSED);
    }
  }

  private connect(): void {
    if (this.connected) return;
    const answer = this.driver.connect(this.nodes);
    if (!answer) return this.fail('the frontend has written nothing that a backend can work with');
    this.connected = true;
    this.write(this.backend, answer);
    this.setState(XENBUS.CONNECTED);
  }

  /** The frontend does not keep to the protocol. */
  fail(why: string): void {
    this.domain.host.guestError(`d${this.domain.id} ${this.frontend}: ${why}`);
    this.disconnect();
    this.setState(XENBUS.CLOSING);
  }

  private disconnect(): void {
    this.connected = false;
    this.driver.disconnect();
  }

  /** The domain ends. */
  close(): void {
    this.stop();
    this.disconnect();
  }
}
