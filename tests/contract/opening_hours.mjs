// Asks OpenStreetMap's own reader, npm's opening_hours, what tests/opening_hours/cases.json says, and prints each case on
// which it thinks otherwise. Those on which it does so on purpose are listed here, each with its reason.
import { readFileSync } from 'node:fs';
import OpeningHours from 'opening_hours';

// It works in the time of the machine.
process.env.TZ = 'Europe/Helsinki';

const helsinki = { lat: 60.17, lon: 24.94, address: { country_code: 'fi', country: 'Suomi', state: 'Uusimaa' } };

const eves = 'the eves of Midsummer and Christmas are no holidays there';
const cut = 'there, a rule for a whole day also closes the hours after midnight that began on the day before';
const clock = 'a time that the clock skips or repeats makes it lose the hours, or run in circles';
const otherwise = new Map(Object.entries({
    'A closed day does not cut the night before it': cut,
    'A closing time that comes twice is the first': clock,
    'A closing time that is skipped is read by the offset before': clock,
    'A holiday in a season can be closed': eves,
    'A holiday in a season is a Sunday of the season': eves,
    'Christmas Eve is a Sunday': eves,
    'Christmas is closed from its eve': eves,
    'Midsummer Eve opens as a Sunday': eves,
    'Midsummer is closed from its eve': eves,
    'The night before a holiday goes on into it': cut,
}));

const cases = JSON.parse(readFileSync(new URL('../opening_hours/cases.json', import.meta.url), 'utf8'));
const unsaid = cases.filter(({ osm }) => osm === null);
const agreeing = [];
let wrong = 0;

function complain(about, text) {
    console.log(`${about}: ${text}`);
    wrong += 1;
}

const same = (one, other) => (one && +new Date(one)) === (other && +new Date(other));
const shown = state => state.fault ?? `${state.open ? 'open' : 'closed'} until ${state.change ? new Date(state.change).toISOString() : 'for ever'}`;

// When it opens or closes next: changes of another kind, such as to a time by appointment, are passed over.
function asked(osm, at) {
    try {
        return look(osm, at);
    } catch (fault) {
        return { fault: `a fault (${fault.message ?? fault})` };
    }
}

function look(osm, at) {
    const hours = new OpeningHours(osm, helsinki);
    const open = hours.getState(at);
    const horizon = new Date(+at + 400 * 24 * 3600 * 1000);
    let change = hours.getNextChange(at, horizon);
    while (change && hours.getState(change) === open) change = hours.getNextChange(change, horizon);
    return { open, change: change && change <= horizon ? change : null };
}

for (const { about, osm, at, open, opens_at, closes_at } of cases.filter(({ osm }) => osm !== null)) {
    const expected = { open, change: open ? closes_at : opens_at };
    const found = asked(osm, new Date(at));
    const agrees = found.open === expected.open && same(found.change, expected.change);
    if (agrees && otherwise.has(about)) {
        complain(about, 'is listed as thought of otherwise, but is not');
    } else if (!agrees && !otherwise.has(about)) {
        complain(about, `"${osm}" at ${at} is ${shown(found)}, not ${shown(expected)}`);
    } else if (agrees) {
        agreeing.push(about);
    }
}
for (const about of otherwise.keys()) {
    if (!cases.some(one => one.about === about && one.osm !== null)) complain(about, 'is listed, but is no case');
}

console.log(`${agreeing.length} of ${cases.length} cases agree, ${otherwise.size} differ on purpose, `
    + `${unsaid.length} cannot be said in the syntax, ${wrong} are wrong`);
process.exit(wrong > 0 ? 1 : 0);
