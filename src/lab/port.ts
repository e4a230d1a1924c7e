// A channel of structured messages: what worker_threads, web workers and MessagePorts have in common.

/** One end of a channel. Messages arrive in order; nothing is lost before the first listener is set. */
export interface LabPort {
  post(message: unknown): void;
  /** Sets the one listener of this end. */
  listen(listener: (message: unknown) => void): void;
}

/** The part of `MessagePort` and `Worker` in browsers that a channel needs. */
export interface WebEndpoint {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** @returns the channel behind a `MessagePort`, a web worker, or the inside of one. */
export function webPort(endpoint: WebEndpoint): LabPort {
  return {
    post: message => endpoint.postMessage(message),
    listen: listener => {
      endpoint.onmessage = event => listener(event.data);
    },
  };
}
