// The entry statefun-ts/vite: compiles standard decorators in Vite 8 and in Vitest on it.

import { StatefunError } from "../errors.js";
import { countDecorators, languageOf, type Parser } from "./count-decorators.js";

/** What a transform hook of this plugin uses of Vite. */
interface ViteContext extends Parser {
  readonly meta: { readonly rolldownVersion?: string };
}

/** The code and its source map, or nothing for a file that stays as it is. */
type Transformed = { code: string; map: string } | undefined;

/** A plugin for Vite, in Vite's form. It has a type of its own, so that nobody needs Vite for the types of this package. */
export interface VitePlugin {
  readonly name: string;
  readonly enforce?: "pre";
  readonly transform: {
    readonly filter: { readonly id: { readonly include: RegExp; readonly exclude: RegExp } };
    readonly handler: (this: ViteContext, code: string, id: string) => Promise<Transformed> | undefined;
  };
}

/** Code with types or without. Published packages have no decorators, since no engine could run them. */
const filter = { id: { include: /\.[cm]?[jt]sx?(?:$|\?)/, exclude: /[\\/]node_modules[\\/]/ } };

/**
 * Makes the plugin that compiles standard decorators. Vite 8's own compiler, oxc, takes the types off and leaves standard
 * decorators in the code, which no engine can run. It compiles legacy decorators itself, so the plugin leaves them alone.
 * The plugin needs the package esbuild. On Vite 7 and older, which compile decorators themselves, it does nothing.
 *
 * A file fails with DECORATOR_UNSUPPORTED when esbuild is missing, or when the tsconfig.json lets oxc drop the decorators of fields.
 *
 * @example
 * ```ts
 * import statefun from "statefun-ts/vite";
 *
 * export default { plugins: [statefun()] };
 * ```
 */
export default function statefun(): VitePlugin[] {
  /** How many decorators a file has as it was written, by the file's id. */
  const written = new Map<string, number | undefined>();
  return [
    {
      name: "statefun-ts:written-decorators",
      enforce: "pre", // before oxc
      transform: {
        filter,
        handler(code, id) {
          if (this.meta.rolldownVersion !== undefined) written.set(id, countDecorators(this, code, id));
          return undefined;
        },
      },
    },
    {
      name: "statefun-ts:decorators",
      transform: {
        filter,
        async handler(code, id) {
          if (this.meta.rolldownVersion === undefined) return undefined;
          const left = countDecorators(this, code, id);
          if (left === undefined) return undefined;
          if (isMissing(written.get(id) ?? 0, left, code)) throw dropped(id);
          return left === 0 ? undefined : compile(code, id);
        },
      },
    },
  ];
}

/**
 * Whether oxc has lost decorators: it keeps all standard decorators, or replaces all legacy ones by calls of a function
 * for decorating. When it compiles fields to assignments, it drops the standard decorators of fields without a word.
 */
function isMissing(before: number, left: number, code: string): boolean {
  return left > 0 ? left < before : before > 0 && !/decorat|apply_?dec/i.test(code);
}

function dropped(id: string): StatefunError {
  return new StatefunError(
    "DECORATOR_UNSUPPORTED",
    `${id}: Vite drops the decorators of fields here, since the tsconfig.json compiles fields to assignments. Write "target": "es2022" or "useDefineForClassFields": true in the compilerOptions of the tsconfig.json.`,
  );
}

async function compile(code: string, id: string): Promise<Transformed> {
  const { transform } = await import("esbuild").catch((cause) => {
    throw new StatefunError(
      "DECORATOR_UNSUPPORTED",
      `${id} has standard decorators. statefun-ts/vite compiles them with esbuild, which is not installed. Run npm install --save-dev esbuild.`,
      { cause },
    );
  });
  const compiled = await transform(code, {
    loader: languageOf(id), // oxc leaves the word "override" before an accessor
    jsx: "preserve",
    target: "esnext",
    supported: { decorators: false }, // all else stays for Vite to compile
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    sourcemap: true,
    sourcefile: id,
  });
  return { code: compiled.code, map: compiled.map };
}
