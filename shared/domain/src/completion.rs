//! What an account lacks that its tenant asks of everybody by now: attributes, and agreement to the terms as they are.

use crate::attributes::{self, Attribute, Posted, Values, Writer};
use crate::registration::{AcceptedTerms, Terms};
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;
use crate::user::User;

/// What a person has to say before they go on; something of it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking<'a> {
    /// Attributes that they have to have, may write, and haven't.
    pub attributes: Vec<&'a Attribute>,
    /// Terms that they didn't agree to.
    pub terms: Option<&'a Terms>,
}

/// What is wrong with what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// With attributes.
    pub attributes: attributes::Problems,
    /// Whether the terms weren't agreed to, or have changed since the page was shown.
    pub terms: bool,
}

impl Problems {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What `user` lacks, if anything.
pub fn lacking<'a>(tenant: &'a Tenant, user: &User) -> Option<Lacking<'a>> {
    let attributes: Vec<_> = attributes::missing(&tenant.attributes, &user.attributes).collect();
    let agreed = user.terms.as_ref().map(|terms| terms.version.as_str());
    let terms = tenant.registration.terms.as_ref().filter(|terms| agreed != Some(terms.version.as_str()));
    (!attributes.is_empty() || terms.is_some()).then_some(Lacking { attributes, terms })
}

impl Lacking<'_> {
    /// The person after they said it, one version on: `agreed` is the version of the terms that they agreed to.
    pub fn complete(&self, (tenant, user): (&Tenant, &User), posted: &Posted<'_>, agreed: Option<&str>, now: Timestamp) -> Result<User, Problems> {
        let changed = attributes::change(&tenant.attributes, &user.attributes, posted, Writer::Person);
        let terms = self.terms.is_some_and(|terms| agreed != Some(terms.version.as_str()));
        match changed {
            Ok(attributes) if !terms => Ok(self.completed(user, attributes, now)),
            changed => Err(Problems { attributes: changed.err().unwrap_or_default(), terms }),
        }
    }

    fn completed(&self, user: &User, attributes: Values, now: Timestamp) -> User {
        let agreed = self.terms.map(|terms| AcceptedTerms { version: terms.version.clone(), at: now });
        User { attributes, terms: agreed.or_else(|| user.terms.clone()), version: user.version + 1, updated_at: now, ..user.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{AttributeName, Kind, Problem, Reader, Schema, Translated, Value};
    use crate::id::{Slug, TenantId, UserId};
    use crate::tenant::Issuer;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn attribute(name: &str, required: bool, writer: Writer) -> Attribute {
        let name = AttributeName::parse(name).expect("a name");
        let label = Translated::everywhere(name.as_str());
        Attribute { name, label, hint: Translated::default(), kind: Kind::Integer, required, readers: [Reader::Person].into(), writer }
    }

    /// A floor that everybody tells, a desk that they may, a badge that administrators give; and terms of a version.
    fn tenant(terms: Option<&str>) -> Tenant {
        let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
        let mut tenant = Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, NOW);
        let floor = attribute("floor", true, Writer::Person);
        let others = [attribute("desk", false, Writer::Person), attribute("badge", true, Writer::Administrator)];
        tenant.attributes = Schema { version: 1, attributes: [floor].into_iter().chain(others).collect() };
        tenant.registration.terms = terms.map(|version| Terms { version: version.to_owned(), url: "https://example.com/terms".to_owned() });
        tenant
    }

    fn user(floor: Option<i64>, agreed: Option<&str>) -> User {
        let attributes = floor.map(|floor| (AttributeName::parse("floor").expect("a name"), Value::Integer(floor))).into_iter().collect();
        let terms = agreed.map(|version| AcceptedTerms { version: version.to_owned(), at: Timestamp::from_seconds(1) });
        User { terms, attributes, ..User::new(UserId::from_random([2; 16]), Timestamp::from_seconds(1)) }
    }

    #[test]
    fn a_person_lacks_what_they_can_say_and_havent_and_terms_that_are_new_to_them() {
        let lacks = |terms: Option<&str>, person: &User| {
            let tenant = tenant(terms);
            lacking(&tenant, person).map(|lacking| (lacking.attributes.len(), lacking.terms.map(|terms| terms.version.clone())))
        };
        assert_eq!(lacks(None, &user(Some(1), None)), None);
        assert_eq!(lacks(None, &user(Some(1), Some("1"))), None, "terms that are no more");
        assert_eq!(lacks(Some("1"), &user(Some(1), Some("1"))), None);
        assert_eq!(lacks(None, &user(None, None)), Some((1, None)));
        assert_eq!(lacks(Some("2"), &user(Some(1), Some("1"))), Some((0, Some("2".to_owned()))));
        assert_eq!(lacks(Some("2"), &user(None, None)), Some((1, Some("2".to_owned()))));
    }

    #[test]
    fn who_says_what_is_lacking_lacks_nothing() {
        let (tenant, before) = (tenant(Some("2")), user(None, Some("1")));
        let lacking_before = lacking(&tenant, &before).expect("something");
        let after = lacking_before.complete((&tenant, &before), &[("floor", "3")].into(), Some("2"), NOW).expect("a person");
        assert_eq!((after.version, after.updated_at), (before.version + 1, NOW));
        assert_eq!(after.terms, Some(AcceptedTerms { version: "2".to_owned(), at: NOW }));
        assert_eq!(after.attributes, user(Some(3), None).attributes);
        assert_eq!(lacking(&tenant, &after), None);
    }

    #[test]
    fn terms_that_were_agreed_to_before_keep_their_moment() {
        let (tenant, before) = (tenant(Some("1")), user(None, Some("1")));
        let after = lacking(&tenant, &before).expect("something").complete((&tenant, &before), &[("floor", "3")].into(), None, NOW);
        assert_eq!(after.expect("a person").terms, before.terms);
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once_and_nothing_is_taken_that_isnt_the_persons() {
        let (tenant, before) = (tenant(Some("2")), user(None, Some("1")));
        let lacking = lacking(&tenant, &before).expect("something");
        let said = |posted: &[(&str, &str)], agreed| lacking.complete((&tenant, &before), &posted.iter().copied().collect(), agreed, NOW);
        let name = |text: &str| AttributeName::parse(text).expect("a name");
        let both = said(&[("floor", "")], Some("1")).expect_err("problems");
        assert_eq!((both.attributes.of, both.terms), ([(name("floor"), Problem::Missing)].into(), true));
        let theirs = said(&[("floor", "1"), ("badge", "1")], Some("2")).expect_err("problems");
        assert_eq!((theirs.attributes.of, theirs.terms), ([(name("badge"), Problem::ReadOnly)].into(), false));
        assert!(said(&[("floor", "1")], Some("2")).is_ok());
    }
}
