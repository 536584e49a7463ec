//! What an application says, part by part.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::key::Key;
use crate::money::Money;
use crate::text::{Descriptions, Names};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// A part of digital support as a whole, as the operating model and the tasks of the pilots divide it.
    pub enum FunctionalPart = "functional_part" {
        Network = "network" ["alueellinen verkosto", "regionalt nätverk", "regional network"],
        Communication = "communication" ["viestintä", "kommunikation", "communication"],
        Assessment = "assessment" ["tarpeen ja tarjonnan arviointi", "utvärdering av behov och utbud", "assessment of need and availability"],
        ModelDevelopment = "model_development"
            ["toimintamallin kehittäminen", "utveckling av verksamhetsmodellen", "development of the model"],
        InPersonSupport = "in_person_support" ["lähituki", "närstöd", "support in person"],
        RemoteSupport = "remote_support" ["etätuki", "distansstöd", "remote support"],
        Training = "training" ["koulutus", "utbildning", "training"],
        SupportStructures = "support_structures" ["tuen rakenteet", "stödstrukturer", "support structures"],
    }
}

vocabulary! {
    /// For what money is spent.
    pub enum CostCategory = "cost_category" {
        Staff = "staff" ["henkilöstö", "personal", "staff"],
        PurchasedServices = "purchased_services" ["ostopalvelut", "köpta tjänster", "purchased services"],
        Travel = "travel" ["matkat", "resor", "travel"],
        Equipment = "equipment" ["laitteet ja tarvikkeet", "utrustning och material", "equipment and supplies"],
        Premises = "premises" ["tilat", "lokaler", "premises"],
        Communication = "communication" ["viestintä", "kommunikation", "communication"],
        Other = "other" ["muut", "övriga", "other"],
    }
}

/// What an application answers to a question of its call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CallAnswer {
    /// The key of the question.
    pub question: Key,
    /// The answer.
    #[validate(nested)]
    pub texts: Descriptions,
}

/// Money of one kind of cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BudgetLine {
    /// For what it is spent.
    pub cost_category: CostCategory,
    /// How much it is.
    #[validate(nested)]
    pub amount: Money,
    /// What it is more exactly, or null.
    #[validate(nested)]
    pub names: Option<Names>,
}
