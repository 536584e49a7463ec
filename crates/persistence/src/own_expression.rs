//! Expressions that diesel has no words for.

/// Makes a type, which says itself how it is written, an expression over whatever tables it names; its text tells it from
/// others.
macro_rules! own_expression {
    ($name:ident: $kind:ty) => {
        impl diesel::expression::Expression for $name {
            type SqlType = $kind;
        }
        impl<T> diesel::expression::AppearsOnTable<T> for $name {}
        impl<T> diesel::expression::SelectableExpression<T> for $name {}
        impl diesel::expression::ValidGrouping<()> for $name {
            type IsAggregate = diesel::expression::is_aggregate::No;
        }
        impl diesel::query_builder::QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}
pub(crate) use own_expression;
