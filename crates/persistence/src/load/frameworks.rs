//! The first assessment framework of each kind, from the files in `data/frameworks/`: the project's own proposals.

use digituki_domain::assessment_framework::{
    AssessmentFramework, AssessmentFrameworkFacts, AssessmentFrameworkRecord, FrameworkStatus,
};

use super::shipped::Ledger;
use crate::error::{Error, Result};
use crate::noun::Stored as _;
use crate::write::Tx;

/// Loads the frameworks that are not there yet. A published version never changes, not by a newer program either: what is
/// better ships as its successor.
pub(super) fn load(tx: &mut Tx, ledger: &mut Ledger) -> Result<()> {
    for facts in shipped()? {
        let key = facts.key.clone();
        if AssessmentFramework::find(tx.db(), &key)?.is_some() {
            continue;
        }
        let framework_status = FrameworkStatus::Published;
        let record = AssessmentFrameworkRecord { framework_status, ..AssessmentFrameworkRecord::new(facts) };
        ledger.ship::<AssessmentFramework>(tx, key, record)?;
    }
    Ok(())
}

/// The frameworks that ship with the program.
fn shipped() -> Result<Vec<AssessmentFrameworkFacts>> {
    let files = [
        include_str!("../../data/frameworks/need.json"),
        include_str!("../../data/frameworks/availability.json"),
        include_str!("../../data/frameworks/self.json"),
    ];
    let read = |file| serde_json::from_str(file).map_err(|error| Error::Unforeseen(format!("shipped data: {error}")));
    files.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use digituki_domain::assessment_framework::{AssessmentKind, Goal};
    use digituki_domain::noun::Writable as _;
    use digituki_domain::text::TextLanguage;
    use digituki_domain::vocabulary::Vocabulary as _;

    use super::*;

    #[test]
    fn a_framework_of_each_kind_ships_whole_and_as_a_proposal() {
        let shipped = shipped().unwrap_or_else(|error| panic!("{error}"));
        let kinds: Vec<AssessmentKind> = shipped.iter().map(|facts| facts.assessment_kind).collect();
        assert_eq!(kinds, AssessmentKind::VALUES);
        for facts in &shipped {
            let mut faults = AssessmentFramework::broken_rules(facts);
            faults.extend(facts.strange());
            assert_eq!(faults, [], "{}", facts.key);
            assert!(facts.proposal && facts.predecessor.is_none(), "{}", facts.key);
            let goals: Vec<Goal> = facts.goals.iter().map(|goal| goal.goal).collect();
            assert_eq!(goals, Goal::VALUES, "{}", facts.key);
            for language in TextLanguage::VALUES {
                let says = |text: Option<&str>| text.is_some_and(|text| text.trim() == text);
                assert!(says(facts.names.get(*language)), "{} {language}", facts.key);
                for criterion in facts.criteria() {
                    let whole = says(criterion.names.get(*language)) && says(criterion.guidance.get(*language));
                    assert!(whole, "{} {} {language}", facts.key, criterion.code);
                }
            }
            for goal in &facts.goals {
                assert!((2..=4).contains(&goal.criteria.len()), "{} {}", facts.key, goal.goal);
            }
        }
    }
}
