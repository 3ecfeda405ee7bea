//! What a form says that asks for a new account, and whether there may be one of it.

use std::collections::BTreeSet;

use domain::GroupId;
use domain::attributes::{self, Posted, Values};
use domain::password_policy::{self, Context, PasswordText};
use domain::registration::RegistrationPolicy;
use domain::sign_up::{self as decision, Acceptable, Entered};
use domain::tenant::Tenant;
use web::{Parameters, SignUpProblems};

/// A form as it was sent, or an empty one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled<'a> {
    pub(crate) entered: Entered<'a>,
    pub(crate) attributes: Posted<'a>,
    password: &'a str,
}

/// A form of which there may be an account.
pub(crate) struct Checked {
    pub(crate) acceptable: Acceptable,
    pub(crate) attributes: Values,
    pub(crate) password: PasswordText,
}

impl<'a> Filled<'a> {
    /// A form before it is filled in, for somebody who is known by this.
    pub(crate) fn with(entered: Entered<'a>) -> Self {
        Self { entered, ..Self::default() }
    }

    /// Reads a form. Attributes that it didn't ask for aren't looked at, so that nobody gives themself what administrators give.
    pub(crate) fn read(tenant: &'a Tenant, parameters: &'a Parameters) -> Self {
        let entered = Entered {
            email: parameters.get("email").unwrap_or_default(),
            username: parameters.get("username"),
            given_name: parameters.get("given_name"),
            family_name: parameters.get("family_name"),
            terms: parameters.get("terms"),
        };
        let attributes = attributes::answers(tenant.attributes.asked_at_sign_up(), |field| parameters.get(field));
        Self { entered, attributes, password: parameters.get("password").unwrap_or_default() }
    }

    /// The same under an address that is known.
    pub(crate) fn under(self, email: &'a str) -> Self {
        Self { entered: Entered { email, ..self.entered }, ..self }
    }

    /// Checks it under `policy`, for somebody who will be in `groups`, and names all that is wrong with it at once.
    pub(crate) fn check(&self, tenant: &Tenant, policy: &RegistrationPolicy, groups: &BTreeSet<GroupId>) -> Result<Checked, SignUpProblems> {
        let entered = &self.entered;
        let names = [entered.username, entered.given_name, entered.family_name];
        let context = names.into_iter().flatten().fold(Context::of_tenant(tenant).with_email(entered.email), Context::with_name);
        let chosen = PasswordText::typed(self.password);
        let chosen = chosen.and_then(|chosen| password_policy::check(&tenant.passwords_in(groups), &chosen, &context).map(|()| chosen));
        let attributes = attributes::change(&tenant.attributes, &Values::new(), &self.attributes, attributes::Writer::Person);
        match (decision::check(policy, entered), attributes, chosen) {
            (Ok(acceptable), Ok(attributes), Ok(password)) => Ok(Checked { acceptable, attributes, password }),
            (checked, attributes, chosen) => Err(SignUpProblems {
                entered: checked.err().unwrap_or_default(),
                attributes: attributes.err().unwrap_or_default(),
                password: chosen.err(),
                retry_after: None,
            }),
        }
    }
}
