// What a system does that keeps its providers in the registry, step by step: a program to copy from.
//
// Its environment tells it DIGITUKI_URL, DIGITUKI_CLIENT_ID and DIGITUKI_CLIENT_SECRET. It removes what it creates.

import assert from "node:assert/strict";
import { log } from "node:console";
import { randomUUID } from "node:crypto";
import { granted, type Registry, refused, type Schemas, signIn, tag } from "./registry.ts";

type Facts = Schemas["ProviderFacts"];

await main();

async function main(): Promise<void> {
  const registry = await signIn();
  await walkMunicipalities(registry);

  const facts: Facts = {
    organisation: await findOrganisation(registry),
    provider_type: "state_agency",
    names: { fi: "Esimerkin digituki", sv: "Exempel på digitalt stöd", en: null },
    contact: { email: "digituki@yhdistys.example", phone: "+358295000" },
    languages: ["fi", "sv"],
    municipality: "837",
    regions: ["06"],
    offer_status: "published",
    external_ids: [{ source: "typescript", source_id: randomUUID() }],
    valid_from: "2020-01-01",
  };
  const start = await readFeed(registry);
  const { id, etag } = await create(registry, facts);

  const [changes] = await Promise.all([follow(registry, start, id), liveThrough(registry, id, etag, facts)]);
  assert.equal(changes.join(), "created 1,updated 2,updated 3,deleted 4", `the feed said ${changes.join()}`);
  log("the feed told every change, once and in order");
}

async function walkMunicipalities(registry: Registry): Promise<void> {
  const codes: string[] = [];
  let pages = 0;
  let total: number | null = null;
  let cursor: string | null = null;
  do {
    const page: Schemas["MunicipalityList"] = granted(
      await registry.GET("/v1/municipalities", {
        params: { query: { limit: 100, ...(cursor && { cursor }) }, header: { Prefer: "return=total-count" } },
      }),
    );
    codes.push(...page.items.map(({ code }) => code));
    pages += 1;
    ({ total, next: cursor } = page);
  } while (cursor !== null);
  const once = new Set(codes).size;
  assert.equal(codes.length, total, `the walk saw ${codes.length} municipalities of ${total}`);
  assert.equal(codes.length, once, `the walk saw ${codes.length} municipalities, and only ${once} different ones`);
  log(`walked ${total} municipalities on ${pages} pages, each once`);
}

async function findOrganisation(registry: Registry): Promise<string> {
  const { items } = granted(
    await registry.GET("/v1/organisations", { params: { query: { organisation_type: ["national_agency"] } } }),
  );
  const [agency] = items;
  assert(agency !== undefined && items.length === 1, `there are ${items.length} national agencies`);
  log(`works for ${agency.names.fi}`);
  return agency.id;
}

/** Reads the feed of providers to its end; a system that keeps a copy would apply what it reads. */
async function readFeed(registry: Registry): Promise<number> {
  for (let after = 0; ; ) {
    const page = granted(await registry.GET("/v1/changes", { params: { query: { after, noun: ["provider"] } } }));
    after = page.last_seq;
    if (page.next === null) {
      log(`read the feed up to change ${after}`);
      return after;
    }
  }
}

/** Follows the feed until the provider is deleted: what happened to it, and the version that came of it. */
async function follow(registry: Registry, after: number, id: string): Promise<string[]> {
  const changes: string[] = [];
  for (;;) {
    const page = granted(
      await registry.GET("/v1/changes", { params: { query: { after, noun: ["provider"], wait: 10 } } }),
    );
    assert(page.items.length > 0, "the feed was silent for ten seconds");
    for (const change of page.items.filter((change) => change.id === id)) {
      log(`the feed: change ${change.seq}, ${change.operation}, version ${change.version}`);
      changes.push(`${change.operation} ${change.version}`);
      if (change.operation === "deleted") {
        return changes;
      }
    }
    after = page.last_seq;
  }
}

async function create(registry: Registry, facts: Facts): Promise<{ id: string; etag: string }> {
  const request = { params: { header: { "Idempotency-Key": randomUUID() } }, body: facts };
  const first = await registry.POST("/v1/providers", request);
  // As after an answer that was lost on its way: the key keeps it from being done twice.
  const second = await registry.POST("/v1/providers", request);
  const { id } = granted(first);
  assert.equal(granted(second).id, id, "the same Idempotency-Key created two providers");
  assert.equal(tag(second), tag(first), "the same Idempotency-Key was answered in two ways");
  log(`created ${id}, sent twice and done once`);
  return { id, etag: tag(first) };
}

/** All that happens to the provider after it was created, up to its end. */
async function liveThrough(registry: Registry, id: string, etag: string, facts: Facts): Promise<void> {
  await read(registry, id, etag, facts);
  await patch(registry, id, etag);
  const latest = await replace(registry, id, etag, { ...facts, offer_status: "temporarily_closed" });
  await submitFaults(registry, facts);
  await remove(registry, id, latest);
}

async function read(registry: Registry, id: string, etag: string, facts: Facts): Promise<void> {
  const answer = await registry.GET("/v1/providers/{id}", { params: { path: { id } } });
  const provider = granted(answer);
  assert.deepEqual(provider.names, facts.names, `the provider is called ${provider.names.fi}`);
  assert.equal(tag(answer), etag, "the tag changed although the provider did not");
  const header = { "If-None-Match": etag };
  const { response } = await registry.GET("/v1/providers/{id}", { params: { path: { id }, header } });
  assert.equal(response.status, 304, `what did not change was answered ${response.status}`);
  log(`read ${provider.names.fi}, freshness ${provider.freshness}; asked again with its tag, 304`);
}

async function patch(registry: Registry, id: string, etag: string): Promise<void> {
  const provider = granted(
    await registry.PATCH("/v1/providers/{id}", {
      params: { path: { id }, header: { "If-Match": etag } },
      headers: { "Content-Type": "application/merge-patch+json" },
      body: { contact: { phone: null }, languages: ["fi", "sv", "en"] },
    }),
  );
  const { contact, languages, version } = provider;
  assert.equal(contact?.phone, null, `the phone is still ${contact?.phone}`);
  assert.equal(contact?.email, "digituki@yhdistys.example", "the patch changed what it left out");
  log(`patched to version ${version}: languages ${languages.join(", ")}, no phone`);
}

/** Replaces the provider. These facts are kept here, so what changed them elsewhere is read and then overwritten. */
async function replace(registry: Registry, id: string, etag: string, facts: Facts): Promise<string> {
  const put = (etag: string) =>
    registry.PUT("/v1/providers/{id}", { params: { path: { id }, header: { "If-Match": etag } }, body: facts });
  const problem = refused(await put(etag));
  assert.equal(problem.code, "precondition_failed", `a stale tag was answered ${problem.code}`);
  log(`replaced with a stale tag: ${problem.status} ${problem.code}, ${problem.detail}`);

  const fresh = await registry.GET("/v1/providers/{id}", { params: { path: { id } } });
  const answer = await put(tag(fresh));
  const { offer_status, version } = granted(answer);
  assert.equal(offer_status, facts.offer_status, `the provider is ${offer_status}`);
  log(`replaced with a fresh tag: version ${version}, ${offer_status}`);
  return tag(answer);
}

async function submitFaults(registry: Registry, facts: Facts): Promise<void> {
  const answer = await registry.POST("/v1/providers", {
    params: { header: { "Accept-Language": "fi" } },
    body: {
      ...facts,
      contact: { email: "digituki", phone: "0295 000" },
      valid_from: "2024-02-01",
      valid_to: "2024-01-31",
    },
  });
  const problem = refused(answer);
  const pointers = problem.errors.map(({ pointer }) => pointer).sort();
  assert.equal(pointers.join(), "/contact/email,/contact/phone,/valid_to", `faults were found in ${pointers.join()}`);
  const language = answer.response.headers.get("Content-Language");
  assert.equal(language, "fi", `the problem is in the language ${language}`);
  log(`refused: ${problem.status} ${problem.code}, ${problem.title}`);
  problem.errors.forEach(({ pointer, code, message }) => log(`  ${pointer} ${code}: ${message}`));
}

async function remove(registry: Registry, id: string, etag: string): Promise<void> {
  const { response } = await registry.DELETE("/v1/providers/{id}", {
    params: { path: { id }, header: { "If-Match": etag } },
  });
  assert.equal(response.status, 204, `deleting was answered ${response.status}`);
  const { code } = refused(await registry.GET("/v1/providers/{id}", { params: { path: { id } } }));
  assert.equal(code, "not_found", `what was deleted is answered ${code}`);
  log("deleted, and not found any more");
}
