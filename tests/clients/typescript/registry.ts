// The registry as a typed client: signing in, and what its answers have in common.

import assert from "node:assert/strict";
import { log } from "node:console";
import { env } from "node:process";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./contract.d.ts";

export type Schemas = components["schemas"];
export type Registry = Client<paths, Media>;

/** What this client reads; the feed of changes could also come as NDJSON. */
type Media = "application/json" | "application/problem+json";

/** Signs in. The token lives for fifteen minutes: whoever stays longer signs in again. */
export async function signIn(): Promise<Registry> {
  const registry = createClient<paths, Media>({ baseUrl: told("DIGITUKI_URL") });
  const token = granted(
    await registry.POST("/oauth2/token", {
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: {
        grant_type: "client_credentials",
        client_id: told("DIGITUKI_CLIENT_ID"),
        client_secret: told("DIGITUKI_CLIENT_SECRET"),
      },
    }),
  );
  log(`signed in for ${token.expires_in} seconds: may ${token.scope}`);
  registry.use({
    onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token.access_token}`),
  });
  return registry;
}

function told(name: string): string {
  const value = env[name];
  assert(value, `${name} is not set`);
  return value;
}

/** Takes the answer for what was asked for; anything else is a failure that says what came instead. */
export function granted<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T {
  assert(data !== undefined, `${response.url} answered ${response.status} ${JSON.stringify(error)}`);
  return data;
}

/** Takes the answer for a problem. */
export function refused({ error, response }: { error?: Schemas["Problem"]; response: Response }): Schemas["Problem"] {
  assert(error, `${response.url} answered ${response.status} and not a problem`);
  return error;
}

/** The tag of an object as it was answered: it goes back as If-Match or If-None-Match. */
export function tag({ response }: { response: Response }): string {
  const etag = response.headers.get("ETag");
  assert(etag, `${response.url} answered without an ETag`);
  return etag;
}
