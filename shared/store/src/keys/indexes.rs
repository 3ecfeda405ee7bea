//! The keys of indexes: of events by their subject, and of things in lists.

use domain::TenantId;
use domain::listing::List;

use super::fill;

/// Template of `subject_pk`, the partition key of the events' index `by-subject`; its sort key `subject_sk` is the event's id.
pub const SUBJECT_INDEX: &str = "SUBJECT#{tenant}#{subject}";

/// The name of that index.
pub(crate) const SUBJECT_INDEX_NAME: &str = "by-subject";

/// Template of `list_pk`, the partition key of the index `listed` of `identity`; its sort key `list_sk` is [`LIST_ENTRY`].
pub const LIST_INDEX: &str = "LIST#{tenant}#{list}";

/// Template of `list_sk`: what a thing is listed under, and its id.
pub const LIST_ENTRY: &str = "{text}#{id}";

/// The name of that index.
pub(crate) const LIST_INDEX_NAME: &str = "listed";

pub(crate) fn subject(tenant: &TenantId, index_key: &str) -> String {
    fill(SUBJECT_INDEX, &[tenant.as_str(), index_key])
}

// The list of a zone's tenants is none of theirs, and no id is this one.
pub(crate) fn list(tenant: &TenantId, list: List) -> String {
    let whose = if list == List::Tenants { "ZONE" } else { tenant.as_str() };
    fill(LIST_INDEX, &[whose, list.as_str()])
}

// No id has a `#`, so that the last one begins it.
pub(crate) fn list_entry(text: &str, id: &str) -> String {
    fill(LIST_ENTRY, &[text, id])
}
