//! What each policy says, as administrators write and read it. A field that isn't said is what every tenant begins with.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::InvalidPolicy;
use crate::branding::{Accent, Branding, Colour, LegalLink, WebAddress};
use crate::client::Access;
use crate::identifier::is_title;
use crate::password_policy::{Blocklist, CharacterKind, PasswordPolicy, Strength};
use crate::registration::{Registration, RegistrationPolicy, Terms, UsernameField};
use crate::tenant::{Recovery, SessionPolicy};

/// What is asked of a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordRules {
    /// Characters of a password that stands alone.
    #[schema(minimum = 8, maximum = 64)]
    pub minimum_alone: u16,
    /// Characters of a password beside a second factor.
    #[schema(minimum = 8, maximum = 64)]
    pub minimum_with_factor: u16,
    /// Whether common passwords and those made of known words are refused.
    pub blocklist: Blocklist,
    /// How hard to guess it has to be.
    pub strength: Strength,
    /// How many of a person's last passwords, the present one among them, may not come back.
    #[schema(maximum = 5)]
    pub history: u8,
    /// Kinds of characters that have to be in it.
    pub composition: BTreeSet<CharacterKind>,
    /// Days after which it has to be changed.
    #[schema(value_type = Option<u16>, minimum = 1)]
    pub longest_days: Option<NonZeroU16>,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self::from(&PasswordPolicy::default())
    }
}

impl From<&PasswordPolicy> for PasswordRules {
    fn from(policy: &PasswordPolicy) -> Self {
        let PasswordPolicy { minimum_alone, minimum_with_factor, blocklist, strength, history, composition, longest_days } = policy.clone();
        Self { minimum_alone, minimum_with_factor, blocklist, strength, history, composition, longest_days }
    }
}

impl From<&PasswordRules> for PasswordPolicy {
    fn from(rules: &PasswordRules) -> Self {
        let PasswordRules { minimum_alone, minimum_with_factor, blocklist, strength, history, composition, longest_days } = rules.clone();
        Self { minimum_alone, minimum_with_factor, blocklist, strength, history, composition, longest_days }
    }
}

/// The policy `password`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSettings {
    /// What is asked of a new password.
    pub rules: PasswordRules,
    /// What people can do who forgot theirs.
    pub recovery: Recovery,
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Nobody: accounts are made by administrators alone.
    #[default]
    Closed,
    /// Whoever was invited.
    Invited,
    /// Everybody.
    Open,
    /// Whoever has an address of one of `domains`.
    Domains,
}

/// What has to be agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsSettings {
    /// Names this text; another text is another version, which everybody is asked to agree to.
    #[schema(min_length = 1, max_length = 100)]
    pub version: String,
    /// Where it stands, an https address.
    #[schema(format = "uri")]
    pub url: String,
}

/// The policy `registration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationSettings {
    /// Who may sign up.
    pub who: SignUp,
    /// The domains of addresses, where it is by them; not those below them.
    #[schema(max_items = 100)]
    pub domains: BTreeSet<String>,
    /// Whether a username is asked for.
    pub username: UsernameField,
    /// What has to be agreed to, if anything.
    pub terms: Option<TermsSettings>,
}

impl RegistrationSettings {
    /// The policy that it is, if it can be one; domains and address in their canonical forms.
    pub(super) fn policy(&self) -> Result<RegistrationPolicy, InvalidPolicy> {
        let who = match self.who {
            SignUp::Closed => Registration::Closed,
            SignUp::Invited => Registration::Invited,
            SignUp::Open => Registration::Open,
            SignUp::Domains => {
                let domains: Vec<&str> = self.domains.iter().map(String::as_str).collect();
                Registration::of_domains(&domains).map_err(|_| InvalidPolicy::Domains)?
            }
        };
        let terms = self.terms.as_ref().map(TermsSettings::terms).transpose()?;
        Ok(RegistrationPolicy { who, username: self.username, terms })
    }

    /// What a policy that stands says.
    pub(super) fn of(policy: &RegistrationPolicy) -> Self {
        let (who, domains) = match &policy.who {
            Registration::Closed => (SignUp::Closed, BTreeSet::new()),
            Registration::Invited => (SignUp::Invited, BTreeSet::new()),
            Registration::Open => (SignUp::Open, BTreeSet::new()),
            Registration::Domains { domains } => (SignUp::Domains, domains.clone()),
        };
        let terms = policy.terms.clone().map(|Terms { version, url }| TermsSettings { version, url });
        Self { who, domains, username: policy.username, terms }
    }
}

impl TermsSettings {
    fn terms(&self) -> Result<Terms, InvalidPolicy> {
        let url = WebAddress::parse(&self.url).map_err(|_| InvalidPolicy::Terms)?;
        if is_title(&self.version) { Ok(Terms { version: self.version.clone(), url: url.into() }) } else { Err(InvalidPolicy::Terms) }
    }
}

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifetimes {
    /// Seconds without use after which a session is over.
    #[schema(minimum = 60, maximum = 31_536_000)]
    pub idle_seconds: u64,
    /// Seconds after which it is over, used or not.
    #[schema(minimum = 60, maximum = 31_536_000)]
    pub absolute_seconds: u64,
}

impl From<SessionPolicy> for Lifetimes {
    fn from(SessionPolicy { idle_seconds, absolute_seconds }: SessionPolicy) -> Self {
        Self { idle_seconds, absolute_seconds }
    }
}

impl From<Lifetimes> for SessionPolicy {
    fn from(Lifetimes { idle_seconds, absolute_seconds }: Lifetimes) -> Self {
        Self { idle_seconds, absolute_seconds }
    }
}

/// The policy `session`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// How long a session lives.
    pub lifetimes: Lifetimes,
    /// How long one lives that its person asked to be kept; nobody is asked where it isn't said.
    #[serde(default)]
    pub kept: Option<Lifetimes>,
}

/// The policy `access`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// Who may use the apps that don't say it themselves.
    pub who: Access,
}

/// The accent by day and by night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccentSettings {
    /// On light pages, `#rrggbb`.
    #[schema(value_type = String, pattern = "^#[0-9a-fA-F]{6}$")]
    pub light: Colour,
    /// On dark ones.
    #[schema(value_type = String, pattern = "^#[0-9a-fA-F]{6}$")]
    pub dark: Colour,
}

/// The policy `branding`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BrandingSettings {
    /// A picture in the head of every page: PNG, JPEG, WebP or SVG.
    #[schema(value_type = Option<String>, format = "uri")]
    pub logo: Option<WebAddress>,
    /// The colour of buttons, links and the mark.
    pub accent: Option<AccentSettings>,
    /// What the pages of sign-in and sign-up say first, by language (`en`, `de`).
    pub welcome: BTreeMap<String, String>,
    /// Where the foot of every page and mail leads.
    #[schema(value_type = BTreeMap<String, String>)]
    pub links: BTreeMap<LegalLink, WebAddress>,
}

impl From<&Branding> for BrandingSettings {
    fn from(branding: &Branding) -> Self {
        let Branding { version: _, logo, accent, welcome, links } = branding.clone();
        Self { logo, accent: accent.map(|Accent { light, dark }| AccentSettings { light, dark }), welcome, links }
    }
}

impl From<&BrandingSettings> for Branding {
    fn from(settings: &BrandingSettings) -> Self {
        let BrandingSettings { logo, accent, welcome, links } = settings.clone();
        Self { version: 0, logo, accent: accent.map(|AccentSettings { light, dark }| Accent { light, dark }), welcome, links }
    }
}

/// The policy `retention`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    /// Days that events are kept.
    #[schema(minimum = 7, maximum = 3650)]
    pub days: u16,
}
