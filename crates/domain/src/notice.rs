//! Notices: what a careful reader would ask about an object that breaks no rule.

use serde::Serialize;
use utoipa::ToSchema;

use crate::merge::ObjectId;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is worth another look.
    pub enum NoticeCode = "notice_code" {
        PointOutsideMunicipality = "point_outside_municipality"
            ["piste ei näytä olevan kunnassaan", "punkten verkar inte ligga i sin kommun", "the point does not seem to lie in its municipality"],
        LikelyDuplicate = "likely_duplicate"
            ["sama kuin toinen?", "samma som en annan?", "the same as another one?"],
    }
}

/// Something to look at again. Nothing is refused for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notice {
    /// What it is about.
    pub code: NoticeCode,
    /// The field in question (RFC 6901), or null where it is the whole.
    #[schema(min_length = 1, max_length = 200, pattern = "^(/[a-z0-9_]+)+$", example = "/point")]
    pub pointer: Option<String>,
    /// The id of the other object in question, or null.
    pub other: Option<ObjectId>,
}

impl Notice {
    /// A point that seems to lie elsewhere.
    pub fn point_outside_municipality() -> Self {
        Self { code: NoticeCode::PointOutsideMunicipality, pointer: Some("/point".into()), other: None }
    }

    /// An object that seems to be in the registry already.
    pub fn likely_duplicate(other: ObjectId) -> Self {
        Self { code: NoticeCode::LikelyDuplicate, pointer: None, other: Some(other) }
    }
}
