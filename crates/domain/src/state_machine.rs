//! State machines: which steps an object can take, who may take each, and where it leads. Each machine is one table.

use serde::Serialize;
use utoipa::ToSchema;

use crate::application::Applications;
use crate::assessment::Assessments;
use crate::assessment_framework::AssessmentFrameworks;
use crate::assessment_round::Rounds;
use crate::call::Calls;
use crate::change_request::ChangeRequests;
use crate::grant::Grants;
use crate::invalid::Invalid;
use crate::pilot::Pilots;
use crate::report::Reports;
use crate::role::Role;
use crate::text::{Label, Names};
use crate::vocabulary::{Vocabulary, vocabulary};

vocabulary! {
    /// What a state machine moves.
    pub enum StateMachineName = "state_machine_name" {
        Call = "call" ["haku", "ansökningsomgång", "call"],
        Application = "application" ["hakemus", "ansökan", "application"],
        Pilot = "pilot" ["pilotti", "pilotförsök", "pilot"],
        Grant = "grant" ["valtionavustus", "statsunderstöd", "grant"],
        ChangeRequest = "change_request" ["muutospyyntö", "ändringsbegäran", "change request"],
        Report = "report" ["selvitys", "redovisning", "report"],
        AssessmentFramework = "assessment_framework"
            ["arvioinnin periaatteet", "utvärderingsprinciper", "assessment framework"],
        AssessmentRound = "assessment_round" ["arviointikierros", "utvärderingsomgång", "assessment round"],
        Assessment = "assessment" ["digituen arviointi", "utvärdering av digitalt stöd", "assessment"],
    }
}

/// A line of a table: from any of these states, by what, taken by whom, to which state.
#[derive(Debug)]
pub struct Step<S: 'static, E> {
    /// The states in which it can be taken.
    pub from: &'static [S],
    /// What it is called.
    pub event: E,
    /// The roles that may take it; none where it follows the clock or another object.
    pub by: &'static [Role],
    /// The state that it leads to.
    pub to: S,
    /// What must be so besides.
    pub when: Option<Label>,
}

/// A table of steps.
pub trait StateMachine {
    /// How an object stands.
    type State: Vocabulary + PartialEq;
    /// What happens to it.
    type Event: Vocabulary + PartialEq;

    /// What it moves.
    const NAME: StateMachineName;
    /// How an object stands in the beginning.
    const INITIAL: Self::State;
    /// The table.
    const STEPS: &'static [Step<Self::State, Self::Event>];

    /// The state that a step leads to, if it can be taken now and by this role.
    fn step(from: Self::State, event: Self::Event, role: Role) -> Result<Self::State, Refusal> {
        let mut of_role = Self::STEPS.iter().filter(|step| step.event == event && step.by.contains(&role)).peekable();
        if of_role.peek().is_none() {
            return Err(Refusal::NotYours);
        }
        let step = of_role.find(|step| step.from.contains(&from));
        step.map(|step| step.to).ok_or_else(|| Refusal::NotNow(Self::not_now(from, role)))
    }

    /// Why a step cannot be taken now that the table by itself allows.
    fn refused(from: Self::State, event: Self::Event, role: Role) -> Refusal {
        let others = Self::STEPS.iter().filter(|step| step.event != event);
        let legal = others.filter(|step| step.from.contains(&from) && step.by.contains(&role));
        Refusal::NotNow(Invalid::NotNow { state: from.code().to_owned(), legal: codes(legal.map(|step| step.event)) })
    }

    /// The state that a step leads to which follows from something else than somebody's taking it.
    fn follow(from: Self::State, event: Self::Event) -> Result<Self::State, Invalid> {
        let step = Self::STEPS.iter().find(|step| step.event == event && step.from.contains(&from));
        step.map(|step| step.to)
            .ok_or_else(|| Invalid::NotNow { state: from.code().to_owned(), legal: Self::all_legal(from) })
    }

    /// What is wrong with a step that cannot be taken now: the ones that the role can take.
    fn not_now(from: Self::State, role: Role) -> Invalid {
        let legal = Self::STEPS.iter().filter(|step| step.from.contains(&from) && step.by.contains(&role));
        Invalid::NotNow { state: from.code().to_owned(), legal: codes(legal.map(|step| step.event)) }
    }

    /// Every step that leads on from a state, whoever takes it.
    fn all_legal(from: Self::State) -> Vec<String> {
        codes(Self::STEPS.iter().filter(|step| step.from.contains(&from)).map(|step| step.event))
    }

    /// The table as it is published.
    fn published() -> PublishedMachine {
        let is_left =
            |state: &Self::State| Self::STEPS.iter().any(|step| step.from.contains(state) && step.to != *state);
        let states = Self::State::VALUES.iter().map(|state| MachineState {
            code: state.code().to_owned(),
            names: state.label().into(),
            initial: *state == Self::INITIAL,
            terminal: !is_left(state),
        });
        let steps = Self::STEPS.iter().map(|step| MachineStep {
            event: step.event.code().to_owned(),
            names: step.event.label().into(),
            from: step.from.iter().map(|state| state.code().to_owned()).collect(),
            to: step.to.code().to_owned(),
            roles: step.by.to_vec(),
            conditions: step.when.map(Names::from),
        });
        PublishedMachine {
            name: Self::NAME,
            names: Self::NAME.label().into(),
            states: states.collect(),
            steps: steps.collect(),
        }
    }
}

fn codes<E: Vocabulary>(events: impl Iterator<Item = E>) -> Vec<String> {
    let mut codes: Vec<String> = events.map(|event| event.code().to_owned()).collect();
    codes.dedup();
    codes
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The role never takes it.
    NotYours,
    /// It cannot be taken as the object stands; the fault names what can.
    NotNow(Invalid),
}

/// A state machine, as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StateMachine)]
pub struct PublishedMachine {
    /// What it moves.
    pub name: StateMachineName,
    /// What that is called.
    pub names: Names,
    /// The states.
    #[schema(min_items = 2, max_items = 30)]
    pub states: Vec<MachineState>,
    /// The steps from state to state. What is not here cannot be done (409, `illegal_step`).
    #[schema(min_items = 1, max_items = 100)]
    pub steps: Vec<MachineStep>,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MachineState {
    /// Its code.
    #[schema(min_length = 2, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "draft")]
    pub code: String,
    /// What it is called.
    pub names: Names,
    /// Whether objects begin in it.
    pub initial: bool,
    /// Whether no step leads out of it.
    pub terminal: bool,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MachineStep {
    /// Its code.
    #[schema(min_length = 2, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "submit")]
    pub event: String,
    /// What it is called.
    pub names: Names,
    /// The states in which it can be taken.
    #[schema(min_items = 1, max_items = 30, schema_with = states)]
    pub from: Vec<String>,
    /// The state that it leads to.
    #[schema(min_length = 2, max_length = 64, pattern = "^[a-z]+(_[a-z]+)*$", example = "submitted")]
    pub to: String,
    /// Who may take it; empty where it follows the clock or another object.
    #[schema(max_items = 20)]
    pub roles: Vec<Role>,
    /// What must be so besides, or null.
    pub conditions: Option<Names>,
}

fn states() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

    let state = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(2))
        .max_length(Some(64))
        .pattern(Some("^[a-z]+(_[a-z]+)*$"))
        .examples(["draft"]);
    let about = "The states in which it can be taken.";
    ArrayBuilder::new().items(state).min_items(Some(1)).max_items(Some(30)).description(Some(about)).into()
}

/// Every state machine, by name.
pub fn all() -> Vec<PublishedMachine> {
    let mut machines = vec![
        Calls::published(),
        Applications::published(),
        Pilots::published(),
        Grants::published(),
        ChangeRequests::published(),
        Reports::published(),
        AssessmentFrameworks::published(),
        Rounds::published(),
        Assessments::published(),
    ];
    machines.sort_by(|one, other| one.name.code().cmp(other.name.code()));
    machines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every state, event and role of a machine against its table, read line by line.
    fn check<M: StateMachine>() {
        for (state, event) in
            M::State::VALUES.iter().flat_map(|state| M::Event::VALUES.iter().map(move |event| (*state, *event)))
        {
            let led: Vec<&str> = M::STEPS
                .iter()
                .filter(|step| step.event == event && step.from.contains(&state))
                .map(|step| step.to.code())
                .collect();
            match M::follow(state, event) {
                Ok(to) => assert_eq!(led, [to.code()], "{}: {} {}", M::NAME, state.code(), event.code()),
                Err(_) => assert!(led.is_empty(), "{}: {} {}", M::NAME, state.code(), event.code()),
            }
            for role in Role::VALUES.iter().copied() {
                let lines = || M::STEPS.iter().filter(|step| step.event == event && step.by.contains(&role));
                let expected: Vec<&str> =
                    lines().filter(|step| step.from.contains(&state)).map(|step| step.to.code()).collect();
                let told = format!("{}: {} {} by {role}", M::NAME, state.code(), event.code());
                match M::step(state, event, role) {
                    Ok(to) => assert_eq!(expected, [to.code()], "{told}"),
                    Err(Refusal::NotYours) => assert_eq!(lines().count(), 0, "{told}"),
                    Err(Refusal::NotNow(Invalid::NotNow { state: named, legal })) => {
                        assert!(expected.is_empty() && named == state.code(), "{told}");
                        for event in &legal {
                            let event = M::Event::VALUES.iter().find(|known| known.code() == event).copied();
                            assert!(
                                event.is_some_and(|event| M::step(state, event, role).is_ok()),
                                "{told}: {legal:?}"
                            );
                        }
                    }
                    Err(refusal) => panic!("{told}: {refusal:?}"),
                }
            }
        }
    }

    #[test]
    fn every_step_is_allowed_or_refused_as_its_table_says() {
        check::<Calls>();
        check::<Applications>();
        check::<Pilots>();
        check::<Grants>();
        check::<ChangeRequests>();
        check::<Reports>();
        check::<AssessmentFrameworks>();
        check::<Rounds>();
        check::<Assessments>();
    }

    #[test]
    fn every_state_is_reached_and_every_event_leads_somewhere() {
        for machine in all() {
            let mut reached: BTreeSet<&str> =
                machine.states.iter().filter(|state| state.initial).map(|state| state.code.as_str()).collect();
            assert_eq!(reached.len(), 1, "{}", machine.name);
            loop {
                let known = reached.len();
                for step in &machine.steps {
                    if step.from.iter().any(|from| reached.contains(from.as_str())) {
                        reached.insert(&step.to);
                    }
                }
                if reached.len() == known {
                    break;
                }
            }
            let all: BTreeSet<&str> = machine.states.iter().map(|state| state.code.as_str()).collect();
            assert_eq!(reached, all, "{}", machine.name);
        }
        assert_eq!(all().len(), StateMachineName::VALUES.len());
    }
}
