/** In characters. Writing every series separately would take longer than formatting it. */
const MIN_PIECE_LENGTH = 65_536;

/** Joins short texts. A report may be longer than a JavaScript string can be, so it is written in pieces. */
export function* joinPieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < MIN_PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
