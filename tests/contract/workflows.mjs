// Writes docs/workflows.md from the workflows of openapi/workflows (`docs`), or fails if they say otherwise (`check`).
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const folder = 'openapi/workflows';
const page = 'docs/workflows.md';
const at = path => new URL(`../../${path}`, import.meta.url);
const read = path => readFileSync(at(path), 'utf8');
const code = text => `\`${text}\``;
// As it stands in a text: a bare expression needs braces there.
const placed = value => String(value).replace(/^\$.*$/, '{$&}');

const intro = `<!-- Written by \`tests/contract/workflows.sh docs\` from ${folder}: change those, not this. -->

# Workflows

What integrations do, request by request. Each workflow is a file in
[Arazzo](https://spec.openapis.org/arazzo/v1.0.1.html) over [the contract](../openapi/openapi.json), and CI runs each
against the registry. Run one yourself on a test registry, with what you bring to it in the environment; at the end it
deletes what it has made:

    REDOCLY_CLI_RESPECT_INPUT='{"client_id": "…", "client_secret": "…", …}' \\
        npx @redocly/cli respect ${folder}/push-a-provider.arazzo.yaml --server digituki=https://…

\`$inputs\` is what you bring, \`$steps.x.outputs\` what step x has kept, and \`$response.body#/a/0/b\` the field b of
the first item of the field a of the answer.`;

const operations = new Map(Object.entries(JSON.parse(read('openapi/openapi.json')).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${path}`]),
));

function chapter(file) {
    const { workflows: [workflow, ...others], components } = parse(read(`${folder}/${file}`));
    const { summary, description, inputs, steps } = workflow;
    if (others.length > 0) throw new Error(`${file} has more than one workflow`);
    return [
        `## ${summary.replace(/\.$/, '')}`,
        description,
        `The file is [${file}](../${folder}/${file}). You bring:`,
        Object.entries(inputs.properties).map(([name, input]) => `- ${code(name)}: ${input.description}`).join('\n'),
        ...steps.map((step, index) => section(step, index + 1, components.parameters)),
    ].join('\n\n');
}

function section(step, number, shared) {
    const { stepId, description, operationId, parameters = [], requestBody, ...answer } = step;
    const { successCriteria, outputs = {}, ...rest } = answer;
    // Better no page than one that keeps quiet about what a step does.
    if (Object.keys(rest).length > 0) throw new Error(`${stepId} has more than the page shows: ${Object.keys(rest)}`);
    const sent = parameters.map(({ reference, ...own }) => reference ? shared[reference.split('.').pop()] : own);
    const kept = Object.entries(outputs).map(([name, value]) => `${code(name)} (${code(value)})`);
    return [
        `### ${number}. ${stepId}`,
        description,
        `\`\`\`http\n${request(operations.get(operationId), sent, requestBody)}\n\`\`\``,
        `The answer (${code(operationId)}) must have:`,
        successCriteria.map(criterion).join('\n'),
        ...(kept.length > 0 ? [`Keep ${kept.join(', ')}.`] : []),
    ].join('\n\n');
}

function request(operation, parameters, body) {
    const of = place => parameters.filter(parameter => parameter.in === place);
    const line = of('path')
        .reduce((line, { name, value }) => line.replace(`{${name}}`, () => placed(value)), operation);
    const query = of('query').map(({ name, value }, index) => `${index ? '&' : '?'}${name}=${placed(value)}`).join('');
    const headers = of('header').map(({ name, value }) => `${name}: ${placed(value)}`);
    const content = body ? [`Content-Type: ${body.contentType}`, '', written(body)] : [];
    return [line + query, ...headers, ...content].join('\n');
}

function written({ contentType, payload }) {
    if (contentType === 'application/x-www-form-urlencoded') {
        return Object.entries(payload).map(([name, value]) => `${name}=${placed(value)}`).join('&');
    }
    return JSON.stringify(payload, null, 2);
}

function criterion({ context, condition, type }) {
    return type ? `- ${code(context)} that matches the ${type} ${code(condition)}` : `- ${code(condition)}`;
}

const files = readdirSync(at(folder)).filter(name => name.endsWith('.arazzo.yaml')).sort();
const text = `${[intro, ...files.map(chapter)].join('\n\n')}\n`;
if (process.argv[2] === 'docs') {
    writeFileSync(at(page), text);
} else if (!existsSync(at(page)) || read(page) !== text) {
    console.error(`${page} is out of date: run tests/contract/workflows.sh docs`);
    process.exit(1);
}
