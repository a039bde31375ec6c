/**
 * The pages' own words for commands, held against the server's OpenAPI document by the compiler.
 *
 * `web/generated/api.d.ts` is made from the application itself each time `python3 -m tools.web check` runs; nothing here runs.
 * A mismatch does not compile, and the error names the command, and the field, that differ.
 */
import type { Commands, Slug } from "@shared/commands.ts";
import type { paths } from "../generated/api.d.ts";

type Json<Content> = Content extends { readonly content: { readonly "application/json": infer Body } } ? Body : never;

/** What the server takes as the `data` of a command. */
type Taken<S extends Slug> = Json<paths[`/api/commands/${S}`]["post"]["requestBody"]>["data"];

type RequiredKey<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];

/** Two types that share no direction can never meet: a page may be looser than the server (a string for a closed list), not other. */
type Unlike<A, B> = [NonNullable<A>] extends [NonNullable<B>] ? never : [NonNullable<B>] extends [NonNullable<A>] ? never : true;

type Missing = { [S in Slug]: Exclude<RequiredKey<Taken<S>>, keyof Commands[S]> extends infer K extends string ? `${S} needs ${K}` : never }[Slug];
type Unknown = { [S in Slug]: Exclude<keyof Commands[S], keyof Taken<S>> extends infer K extends string ? `${S} has no ${K}` : never }[Slug];
type Different = {
  [S in Slug]: {
    [K in keyof Commands[S] & keyof Taken<S> & string]: Unlike<Commands[S][K], Taken<S>[K]> extends never ? never : `${S}.${K}`;
  }[keyof Commands[S] & keyof Taken<S> & string];
}[Slug];

type None<Wrong extends never> = Wrong;

export type NoCommandLacksAField = None<Missing>;
export type NoFieldIsUnknown = None<Unknown>;
export type NoFieldDiffers = None<Different>;
