// Tries the contract in Swagger UI as a reader would: opens the page, signs in, and presses Execute at every operation.
//
// In the environment: DIGITUKI_URL and DIGITUKI_CLIENTS (tests/server.sh), CHROMIUM (the browser), and, if pictures
// are wanted, DIGITUKI_TEST_SCREENSHOTS (the folder that they go to).
import assert, { AssertionError } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { DIGITUKI_URL, DIGITUKI_CLIENTS, DIGITUKI_TEST_SCREENSHOTS, CHROMIUM } = process.env;

// What cannot succeed with the examples as they stand, how the answer says so, and why. All else must succeed.
const ELSEWHERE = { status: 404, code: 'not_found', because: 'an object that is created gets an id of its own' };
const REFERRING = { status: 400, code: 'invalid_request', because: 'it refers to what gets an id of its own' };
const written = (noun) => ['get', 'replace', 'change', 'delete', 'verify', 'merge'].map((verb) => `${verb}_${noun}`)
    .concat(`list_${noun}_history`).map((id) => [id, ELSEWHERE]);
// What another role does, and what it alone has: refused once and for all.
const OTHERS = { status: 403, code: 'forbidden', because: 'another role does it', final: true };
const NOT_OURS = { status: 404, code: 'not_found', because: 'it is about what another role has made', final: true };
const UNDECIDED = { status: 400, code: 'invalid_request', because: 'there is nothing to decide on', final: true };
const all = (ids, how) => Object.fromEntries(ids.map((id) => [id, how]));
const REFUSED = {
    ...all(['application', 'evaluation'].flatMap((noun) => ['create', 'replace', 'change'].map((verb) => `${verb}_${noun}`)),
        OTHERS),
    delete_application: OTHERS,
    ...all(['get_application', 'transition_application', 'list_application_history', 'get_evaluation',
        'list_evaluation_history', 'get_decision', 'transition_report'], NOT_OURS),
    decide_call: UNDECIDED,
    replace_evaluators: { status: 400, code: 'invalid_request', because: 'its evaluator has an id of its own', final: true },
    ...all(['pilot', 'grant', 'report'].flatMap((noun) => [`replace_${noun}`, `change_${noun}`]), ELSEWHERE),
    ...all(['transition_pilot', 'transition_grant', 'add_grant_entry', 'transition_change_request', 'get_change_request',
        'list_change_request_history', 'get_report', 'list_report_history', 'get_need_indicator_load',
        'list_need_indicator_load_history'], ELSEWHERE),
    ...all(['create_change_request', 'create_report'], REFERRING),
    replace_organisation: ELSEWHERE,
    change_organisation: ELSEWHERE,
    delete_organisation: ELSEWHERE,
    ...Object.fromEntries(['provider', 'location', 'service'].flatMap(written)),
    create_service: REFERRING,
    comment_on_framework: NOT_OURS,
    get_comparison: { ...REFERRING, because: 'it is about a round that is published', final: true },
    ...all(['get_round', 'transition_round', 'list_round_history'],
        { ...ELSEWHERE, because: 'it is about another round than the one that is created', final: true }),
    ...all(['replace_round', 'change_round', 'delete_round'], ELSEWHERE),
    ...all(['get_assessment', 'replace_assessment', 'change_assessment', 'transition_assessment',
        'list_assessment_history'], NOT_OURS),
    ...all(['put_service_by_source', 'push_services'], REFERRING),
    get_service_point: ELSEWHERE,
    issue_token: { status: 401, code: 'invalid_client', because: 'every client has an id and a secret of its own' },
};

// Within a tag: an object is created before it is read. What is removed is removed last of all, what refers to others
// before these.
const ORDER = ['post', 'put', 'get', 'patch', 'delete'];

// After so many operations a new page takes over, and signs in: the more it has tried, the slower it answers and the more
// memory it holds, and a token lives for fifteen minutes.
const TRIES_OF_A_PAGE = 12;

// How long the page may take for anything, in milliseconds: it works for seconds where others use the processors too.
const PATIENCE = 90_000;

// No sandbox, because root, as whom containers run, has none; no network for the browser's own errands.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];

const client = JSON.parse(readFileSync(join(DIGITUKI_CLIENTS, 'national_developer.json')));
const contract = await (await fetch(`${DIGITUKI_URL}/v1/openapi.json`)).json();
const operations = contract.tags.flatMap(({ name: tag }) =>
    Object.entries(contract.paths).flatMap(([path, methods]) =>
        Object.entries(methods)
            .filter(([, operation]) => operation.tags?.[0] === tag)
            .map(([method, operation]) => ({ ...operation, tag, method, path }))));

// What the examples call something, and what it is called in this registry.
const names = new Map();
// What the page did that it should not have, and what it was refused, until someone looks.
const faults = [];

const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
    await compare(await open());
    const failed = await tryAll();
    assertFaults();
    console.log(`${operations.length} operations, ${failed.length} failed`);
    failed.forEach((failure) => console.error(`\n${failure}`));
    process.exitCode = failed.length ? 1 : 0;
} catch (error) {
    console.error('What the pages had done wrong by then:', faults);
    throw error;
} finally {
    await browser.close();
}

// Keeps the page on its host, and writes its faults down.
async function guard(page) {
    const network = await page.context().newCDPSession(page);
    // The page may have given the request up, as when it is closed; whoever waits for one that hangs will miss it.
    const decide = (how, parameters) => network.send(`Fetch.${how}`, parameters).catch(() => {});
    network.on('Fetch.requestPaused', ({ requestId, request: { url } }) => {
        if (new URL(url).origin === DIGITUKI_URL) return decide('continueRequest', { requestId });
        faults.push(`asked another host: ${url}`);
        return decide('failRequest', { requestId, errorReason: 'BlockedByClient' });
    });
    network.on('Fetch.authRequired', ({ requestId, request: { url } }) => {
        faults.push(`asked for a password: ${url}`);
        return decide('continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } });
    });
    await network.send('Fetch.enable', { handleAuthRequests: true });

    page.on('response', (answer) => answer.status() < 400 || faults.push(`${answer.status()}: ${answer.url()}`));
    page.on('requestfailed', (request) => {
        const fault = `${request.failure().errorText}: ${request.url()}`;
        // The browser asks for the page's icon at each step, and gives that up when the page is left.
        if (!/^net::ERR_ABORTED: .*favicon/.test(fault)) faults.push(fault);
    });
    page.on('pageerror', (error) => faults.push(`failed: ${error.stack}`));
    page.on('console', (message) => {
        // An answer of 400 and above has been written down, by its status.
        const known = message.text().startsWith('Failed to load resource: the server responded with a status of');
        if (message.type() === 'error' && !known) faults.push(`said: ${message.text()}`);
    });
}

function assertFaults(...expected) {
    assert.deepEqual(faults.splice(0), expected, 'what the page did wrong or was refused');
}

// The page to which the root leads.
async function open() {
    const page = await browser.newPage({ viewport: { width: 1300, height: 1300 } });
    page.setDefaultTimeout(PATIENCE);
    await guard(page);
    await page.goto(`${DIGITUKI_URL}/`);
    assert.equal(page.url(), `${DIGITUKI_URL}/swagger-ui/`);
    await page.locator('.opblock-tag').first().waitFor();
    return page;
}

// The page shows what the contract has: each operation under its tag, by its summary.
async function compare(page) {
    await picture(page, 'page');
    for (const { name } of contract.tags) await unfold(page, name);
    const shown = await page.locator('.opblock-tag-section .opblock').evaluateAll((blocks) =>
        blocks.map((block) => {
            const text = (part) => block.querySelector(`.opblock-summary-${part}`).innerText.replaceAll('\u200b', '');
            const { tag } = block.closest('.opblock-tag-section').querySelector('.opblock-tag').dataset;
            return [tag, text('method').toLowerCase(), text('path'), text('description')];
        }));
    const contained = operations.map(({ tag, method, path, summary }) => [tag, method, path, summary]);
    assert.deepEqual(shown, contained, 'what the page shows, and what the contract has');
    assertFaults();
    await page.close();
}

// Shows the operations of a tag.
async function unfold(page, tag) {
    const heading = page.locator(`.opblock-tag[data-tag="${tag}"]`);
    await heading.click();
    await page.locator('.opblock-tag-section', { has: heading }).locator('.opblock').first().waitFor();
}

async function signIn(page) {
    await page.locator('.auth-wrapper .authorize').click();
    const form = page.locator('.auth-container', { hasText: 'clientCredentials' });
    await form.getByLabel('client_id').fill(client.client_id);
    await form.getByLabel('client_secret').fill(client.client_secret);
    await form.getByRole('heading', { name: 'oauth2' }).scrollIntoViewIfNeeded();
    await picture(page, 'authorize');
    await form.getByText('Authorize', { exact: true }).click();
    await form.getByText('Logout', { exact: true }).waitFor();
    await form.getByText('Close', { exact: true }).click();
    assertFaults();

    const { example } = contract.paths['/oauth2/token'].post.requestBody.content['application/x-www-form-urlencoded'];
    for (const key of ['client_id', 'client_secret']) names.set(example[key], client[key]);
}

async function tryAll() {
    const unknown = Object.keys(REFUSED).filter((id) => !operations.some(({ operationId }) => operationId === id));
    const failed = unknown.map((id) => `${id}: listed as refused, and not in the contract`);
    const tags = contract.tags.map(({ name }) => name);
    const removes = ({ method }) => method === 'delete';
    const inOrder = (one, other) => tags.indexOf(one.tag) - tags.indexOf(other.tag)
        || ORDER.indexOf(one.method) - ORDER.indexOf(other.method);
    const sorted = operations.toSorted(inOrder);
    let [tries, page, unfolded] = [0, undefined, []];
    for (const operation of [...sorted.filter((each) => !removes(each)), ...sorted.filter(removes).reverse()]) {
        const { tag, method, path, operationId } = operation;
        const line = `${tag.padEnd(27)} ${method.toUpperCase().padEnd(6)} ${path.padEnd(45)}`;
        if (tries++ % TRIES_OF_A_PAGE === 0) {
            await page?.close();
            page = await open();
            await signIn(page);
            unfolded = [];
        }
        if (!unfolded.includes(tag)) await unfold(page, tag);
        unfolded.push(tag);
        try {
            console.log(line, await tryOut(page, operation));
        } catch (error) {
            // Anything else leaves the page in a state that nobody knows.
            if (!(error instanceof AssertionError)) throw new Error(operationId, { cause: error });
            console.log(line, 'FAILED');
            failed.push(`${operationId}: ${error.message}`);
            faults.length = 0;
        }
    }
    return failed;
}

// Adds, beside the page, the object that an example merges into another one: the same once more.
async function addOther({ path, requestBody }) {
    const collection = path.split('/{')[0];
    const { example } = contract.paths[collection].post.requestBody.content['application/json'];
    const body = renamed(JSON.stringify({ ...example, external_ids: [] }));
    const credentials = btoa(`${client.client_id}:${client.client_secret}`);
    const token = await (await fetch(`${DIGITUKI_URL}/oauth2/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${credentials}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })).json();
    const headers = { 'Authorization': `Bearer ${token.access_token}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${DIGITUKI_URL}${collection}`, { method: 'POST', headers, body });
    assert.equal(answer.status, 201, 'another object to merge');
    names.set(requestBody.content['application/json'].example.other, (await answer.json()).id);
}

// Executes an operation as it stands; one that is refused, once more with what its examples are called here.
async function tryOut(page, operation) {
    const { tag, operationId } = operation;
    const refused = REFUSED[operationId];
    const block = page.locator(`#operations-${tag}-${operationId}`);
    await block.locator('.opblock-summary-control').click();
    const first = await execute(page, block);
    let last = first;
    if (refused) {
        const { status, url, body } = first;
        assert.deepEqual([status, body?.code ?? body?.error], [refused.status, refused.code], 'listed as refused');
        assertFaults(`${status}: ${url}`);
        if (refused.final) {
            await block.locator('.opblock-summary-control').click();
            return `${status} (${refused.because})`;
        }
        await block.locator('.btn-clear').click();
        if (operation.path.endsWith('/merge')) await addOther(operation);
        await rename(block);
        last = await execute(page, block);
    }
    assert.ok(last.status >= 200 && last.status < 300, `${last.status} ${JSON.stringify(last.body)}`);
    assertFaults();
    const created = operation.responses['201']?.content['application/json'].example.id;
    // What has a key is called by it everywhere.
    if (last.status === 201 && created) names.set(created, last.body.id);
    if (operationId === 'get_municipality') {
        await block.evaluate((element) => element.scrollIntoView());
        await picture(page, operationId);
    }
    await block.locator('.opblock-summary-control').click();
    return refused ? `${first.status}, then ${last.status} (${refused.because})` : last.status;
}

// Presses Execute; what is shown then is what was asked and what the server answered.
async function execute(page, block) {
    const answering = page.waitForResponse((answer) => answer.request().resourceType() === 'fetch');
    await block.locator('.execute').click();
    const answer = await answering;
    const shown = block.locator('.live-responses-table tbody .response').first();
    const [status, url] = [answer.status(), answer.url()];
    assert.equal(parseInt(await shown.locator('.response-col_status').innerText(), 10), status);
    assert.equal(await block.locator('.request-url pre').innerText(), url);
    assert.equal(new URL(url).origin, DIGITUKI_URL);
    if (status === 204) return { status, url };
    const body = await answer.json();
    assert.deepEqual(JSON.parse(await shown.locator('.highlight-code pre').first().textContent()), body);
    return { status, url, body };
}

// Writes into the fields of an operation what is called so here, as a reader pastes an id.
async function rename(block) {
    for (const field of await block.locator('input[type=text], input[type=password], textarea').all()) {
        await field.fill(renamed(await field.inputValue()));
    }
}

function renamed(text) {
    return [...names].reduce((value, [there, here]) => value.replaceAll(there, here), text);
}

async function picture(page, name) {
    if (DIGITUKI_TEST_SCREENSHOTS) await page.screenshot({ path: join(DIGITUKI_TEST_SCREENSHOTS, `${name}.png`) });
}
