// What a language can answer about one document. Everything may be left out: then there is no answer.
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  Position,
  Range,
  SelectionRange,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';

type Answer<T> = T | Promise<T>;

export interface LanguageService {
  hover?(position: Position): Answer<Hover | undefined>;
  completion?(position: Position): Answer<CompletionItem[]>;
  definition?(position: Position): Answer<Location[]>;
  declaration?(position: Position): Answer<Location[]>;
  references?(position: Position, withDefinitions: boolean): Answer<Location[]>;
  highlights?(position: Position): Answer<DocumentHighlight[]>;
  /** Both are refused with an error that says why. */
  prepareRename?(position: Position): Promise<{ range: Range; placeholder: string } | undefined>;
  rename?(position: Position, name: string): Promise<WorkspaceEdit | undefined>;
  documentSymbols?(): Answer<DocumentSymbol[]>;
  foldingRanges?(): Answer<FoldingRange[]>;
  selectionRanges?(positions: readonly Position[]): Answer<SelectionRange[]>;
  documentLinks?(): Answer<DocumentLink[]>;
  codeLenses?(): Answer<CodeLens[]>;
  inlayHints?(range: Range): Answer<InlayHint[]>;
  codeActions?(given: readonly Diagnostic[]): Answer<CodeAction[]>;
  format?(): TextEdit[];
  semanticTokens?(): Answer<SemanticTokens>;
}
