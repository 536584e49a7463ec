//! Every state machine: its table, and the same drawn.

use digituki_domain::state_machine::{self, MachineStep, PublishedMachine};
use digituki_domain::text::{Names, TextLanguage};

use super::document::Document;
use super::markdown::{code, table};

/// Marks what nobody does in a drawing, whose lines are all alike.
const FOLLOWS: &str = "(follows)";

/// The page.
pub(super) fn page(document: &Document) -> Result<String, String> {
    let machines = state_machine::all();
    let links = machines.iter().map(|PublishedMachine { name, .. }| format!("- [{name}](#{name})")).collect::<Vec<_>>();
    Ok(format!(
        include_str!("state_machines.md"),
        list = document.address("list_state_machines")?,
        get = document.address("get_state_machine")?,
        follows = FOLLOWS,
        links = links.join("\n"),
        sections = machines.iter().map(section).collect::<Vec<_>>().join("\n\n"),
    ))
}

fn section(machine: &PublishedMachine) -> String {
    let of = |wanted: fn(&state_machine::MachineState) -> bool| {
        let states = machine.states.iter().filter(|state| wanted(state));
        states.map(|state| code(&state.code)).collect::<Vec<_>>().join(", ")
    };
    format!(
        "## {name}\n\n{label}. Begins as {begins}; nothing leads out of {ends}.\n\n{drawing}\n\n{steps}",
        name = machine.name,
        label = labels(&machine.names),
        begins = of(|state| state.initial),
        ends = of(|state| state.terminal),
        drawing = drawing(machine),
        steps = table(&["event", "from", "to", "who", "condition"], machine.steps.iter().map(row)),
    )
}

fn labels(names: &Names) -> String {
    let languages = [TextLanguage::Fi, TextLanguage::Sv, TextLanguage::En];
    languages.into_iter().filter_map(|language| names.get(language)).collect::<Vec<_>>().join(" / ")
}

fn row(step: &MachineStep) -> [String; 5] {
    let codes = |words: Vec<String>| if words.is_empty() { "–".to_owned() } else { words.join(", ") };
    let condition = step.conditions.as_ref().and_then(|names| names.get(TextLanguage::En));
    [
        code(&step.event),
        codes(step.from.iter().map(code).collect()),
        code(&step.to),
        codes(step.roles.iter().map(code).collect()),
        condition.unwrap_or("–").to_owned(),
    ]
}

/// In the words of Mermaid, which forges draw.
fn drawing(machine: &PublishedMachine) -> String {
    let begins = machine.states.iter().filter(|state| state.initial).map(|state| format!("    [*] --> {}", state.code));
    let ends = machine.states.iter().filter(|state| state.terminal).map(|state| format!("    {} --> [*]", state.code));
    let steps = machine.steps.iter().flat_map(|step| {
        let mark = if step.roles.is_empty() { [" ", FOLLOWS].concat() } else { String::new() };
        step.from.iter().map(move |from| format!("    {from} --> {}: {}{mark}", step.to, step.event))
    });
    let lines = begins.chain(steps).chain(ends).collect::<Vec<_>>();
    format!("```mermaid\nstateDiagram-v2\n{}\n```", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use digituki_domain::pilot::Pilots;
    use digituki_domain::state_machine::StateMachine as _;

    use super::*;

    #[test]
    fn every_step_is_drawn_from_each_state_in_which_it_can_be_taken() {
        let expected = "```mermaid\n\
            stateDiagram-v2\n    \
                [*] --> planned\n    \
                planned --> active: start\n    \
                active --> completed: complete\n    \
                planned --> discontinued: discontinue\n    \
                active --> discontinued: discontinue\n    \
                completed --> [*]\n    \
                discontinued --> [*]\n\
            ```";
        assert_eq!(drawing(&Pilots::published()), expected);
    }

    #[test]
    fn what_nobody_does_is_marked_in_the_drawing_and_nobodys_in_the_table() {
        let mut machine = Pilots::published();
        machine.steps[0].roles.clear();
        assert!(drawing(&machine).contains("planned --> active: start (follows)\n"));
        assert_eq!(row(&machine.steps[0])[3], "–");
    }
}
