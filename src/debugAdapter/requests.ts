// The requests of the Debug Adapter Protocol that this adapter answers, as types, and how a handler is declared.
import type { DebugProtocol as P } from '@vscode/debugprotocol';

type Body<R extends P.Response> = R extends { body?: infer B } ? NonNullable<B> : never;

/** `DapRequests[command]` is `[arguments, body of the answer]`. */
export interface DapRequests {
  initialize: [P.InitializeRequestArguments, Body<P.InitializeResponse>];
  launch: [P.LaunchRequestArguments, void];
  configurationDone: [P.ConfigurationDoneArguments | undefined, void];
  restart: [P.RestartArguments | undefined, void];
  terminate: [P.TerminateArguments | undefined, void];
  disconnect: [P.DisconnectArguments | undefined, void];
  threads: [undefined, Body<P.ThreadsResponse>];
  stackTrace: [P.StackTraceArguments, Body<P.StackTraceResponse>];
  scopes: [P.ScopesArguments, Body<P.ScopesResponse>];
  variables: [P.VariablesArguments, Body<P.VariablesResponse>];
  evaluate: [P.EvaluateArguments, Body<P.EvaluateResponse>];
  continue: [P.ContinueArguments, Body<P.ContinueResponse>];
  pause: [P.PauseArguments, void];
  next: [P.NextArguments, void];
  stepIn: [P.StepInArguments, void];
  stepOut: [P.StepOutArguments, void];
  setBreakpoints: [P.SetBreakpointsArguments, Body<P.SetBreakpointsResponse>];
  setExceptionBreakpoints: [P.SetExceptionBreakpointsArguments, void];
  readMemory: [P.ReadMemoryArguments, Body<P.ReadMemoryResponse>];
  disassemble: [P.DisassembleArguments, Body<P.DisassembleResponse>];
}

export interface Handler<K extends keyof DapRequests> {
  /** What `initialize` may promise because this handler exists. */
  capabilities?: readonly (keyof {
    [C in keyof P.Capabilities as P.Capabilities[C] extends boolean | undefined ? C : never]: true;
  })[];
  /**
   * @param after takes what is to be done once the answer has gone out
   * @returns the body of the answer; throws LabFailure for a refusal
   */
  handle(argument: DapRequests[K][0], after: (act: () => void) => void): DapRequests[K][1] | Promise<DapRequests[K][1]>;
}

export type Handlers = { readonly [K in keyof DapRequests]: Handler<K> };

/** @returns the capabilities that the handlers declare, so that `initialize` cannot promise more than there is */
export function capabilitiesOf(handlers: Handlers): P.Capabilities {
  const names = Object.values<{ capabilities?: readonly string[] }>(handlers).flatMap(one => one.capabilities ?? []);
  return Object.fromEntries(names.sort().map(name => [name, true]));
}
