// Reads the part of YAML that module files are written in: maps, lists, plain and quoted scalars, comments, documents.

/** A parsed node. */
export type Yaml = string | number | boolean | null | Yaml[] | { [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

/** Parses every document of a file. Throws an error that names the line it can't read. */
export function parseYaml(source: string): Yaml[] {
  const documents: Line[][] = [[]];
  source.split("\n").forEach((raw, index) => {
    if (raw.trimEnd() === "---") {
      documents.push([]);
      return;
    }
    if (/^ *\t/.test(raw)) throw new Error(`line ${index + 1}: a tab can't indent`);
    const text = raw.replace(/(^|\s)#.*$/, "").trimEnd();
    if (text.trim() !== "") {
      documents.at(-1)?.push({ indent: text.search(/\S/), text: text.trim(), number: index + 1 });
    }
  });
  return documents
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const rest = [...lines];
      const node = parseNode(rest, (rest[0] as Line).indent);
      if (rest[0] !== undefined) throw new Error(`line ${rest[0].number}: bad indentation`);
      return node;
    });
}

const isItem = ({ text }: Line) => text === "-" || text.startsWith("- ");

/** Takes the lines of one node, all at `indent` or deeper, off the front. */
function parseNode(lines: Line[], indent: number): Yaml {
  const first = lines[0] as Line;
  if (isItem(first)) return parseList(lines, indent);
  return /^[^\s"'][^:]*:( |$)/.test(first.text) ? parseMap(lines, indent) : scalar((lines.shift() as Line).text);
}

function parseList(lines: Line[], indent: number): Yaml[] {
  const list: Yaml[] = [];
  for (let line = lines[0]; line !== undefined && line.indent === indent && isItem(line); line = lines[0]) {
    const text = line.text.slice(1).trimStart();
    const deeper = line.indent + line.text.length - text.length;
    lines.shift();
    if (text !== "") lines.unshift({ indent: deeper, text, number: line.number });
    list.push(parseNode(lines, (lines[0] as Line).indent));
  }
  return list;
}

function parseMap(lines: Line[], indent: number): Yaml {
  const map: { [key: string]: Yaml } = {};
  for (let line = lines[0]; line !== undefined && line.indent === indent && !isItem(line); line = lines[0]) {
    const colon = line.text.search(/:( |$)/);
    if (colon <= 0) throw new Error(`line ${line.number}: not a key and a value: ${line.text}`);
    const key = line.text.slice(0, colon);
    if (Object.hasOwn(map, key)) throw new Error(`line ${line.number}: ${key} is given twice`);
    const value = line.text.slice(colon + 1).trim();
    lines.shift();
    const next = lines[0];
    if (value !== "") map[key] = scalar(value);
    else if (next !== undefined && (next.indent > indent || (next.indent === indent && isItem(next)))) {
      map[key] = parseNode(lines, next.indent);
    } else map[key] = null;
  }
  return map;
}

function scalar(text: string): Yaml {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  if (quoted) return quoted[2] as string;
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
