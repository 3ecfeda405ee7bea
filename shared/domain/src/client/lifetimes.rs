//! How long what an app is issued lives.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Api;
use crate::policy;

/// How long what an app is issued lives, in seconds; where it doesn't say, as its API or the platform says. It only ever makes lives shorter, but for ID tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenLifetimes {
    /// An access token. Of this and what its API says, 600 where it is for none, the shorter counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60, maximum = 86_400)]
    pub access_token_seconds: Option<u64>,
    /// An ID token, 300 if it isn't said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60, maximum = 86_400)]
    pub id_token_seconds: Option<u64>,
    /// A refresh token that isn't used, of who gave the app access from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 600, maximum = 2_592_000)]
    pub refresh_idle_seconds: Option<u64>,
    /// All refresh tokens that follow each other, used or not, of who gave the app access from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 600, maximum = 15_552_000)]
    pub refresh_absolute_seconds: Option<u64>,
}

impl TokenLifetimes {
    /// Whether it says nothing.
    pub fn is_unsaid(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an app may say so.
    pub fn are_allowed(&self) -> bool {
        let within = |said: Option<u64>, shortest: Duration, longest: Duration| {
            said.is_none_or(|seconds| (shortest.as_secs()..=longest.as_secs()).contains(&seconds))
        };
        within(self.access_token_seconds, policy::ACCESS_TOKEN_SHORTEST, policy::ACCESS_TOKEN_LONGEST)
            && within(self.id_token_seconds, policy::ID_TOKEN_SHORTEST, policy::ID_TOKEN_LONGEST)
            && within(self.refresh_idle_seconds, policy::REFRESH_SHORTEST, policy::REFRESH_IDLE)
            && within(self.refresh_absolute_seconds, policy::REFRESH_SHORTEST, policy::REFRESH_ABSOLUTE)
    }

    // INVARIANT: whatever a row says, no access token outlives what its API says; nor is any shorter than the shortest that an API may say.
    /// How long an access token for `api` lives; one for the platform's own endpoints without it.
    pub fn access_token(&self, api: Option<&Api>) -> Duration {
        let most = api.map_or(policy::ACCESS_TOKEN, Api::access_token_lifetime);
        of(self.access_token_seconds, most, most).max(policy::ACCESS_TOKEN_SHORTEST)
    }

    // INVARIANT: whatever a row says, no ID token outlives `policy::ID_TOKEN_LONGEST`: signing keys are retired by that.
    /// How long an ID token lives.
    pub fn id_token(&self) -> Duration {
        of(self.id_token_seconds, policy::ID_TOKEN, policy::ID_TOKEN_LONGEST).max(policy::ID_TOKEN_SHORTEST)
    }

    /// After how long without use a refresh token is over.
    pub fn refresh_idle(&self) -> Duration {
        of(self.refresh_idle_seconds, policy::REFRESH_IDLE, policy::REFRESH_IDLE)
    }

    /// After how long the last of a lineage of refresh tokens is over.
    pub fn refresh_absolute(&self) -> Duration {
        of(self.refresh_absolute_seconds, policy::REFRESH_ABSOLUTE, policy::REFRESH_ABSOLUTE)
    }
}

fn of(said: Option<u64>, unsaid: Duration, most: Duration) -> Duration {
    said.map_or(unsaid, Duration::from_secs).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Audience;
    use crate::timestamp::Timestamp;

    fn api(access_token_seconds: u64) -> Api {
        let audience = Audience::parse("https://api.example").expect("an audience");
        Api { access_token_seconds, ..Api::named(audience, "API", Timestamp::from_seconds(0)) }
    }

    #[test]
    fn of_what_the_app_and_the_api_say_of_an_access_token_the_shorter_counts() {
        let lives = |said, api: Option<&Api>| TokenLifetimes { access_token_seconds: said, ..TokenLifetimes::default() }.access_token(api).as_secs();
        assert_eq!([lives(None, None), lives(Some(60), None), lives(Some(3600), None)], [600, 60, 600]);
        let hour = api(3600);
        assert_eq!([lives(None, Some(&hour)), lives(Some(60), Some(&hour)), lives(Some(7200), Some(&hour))], [3600, 60, 3600]);
        assert_eq!([lives(Some(0), Some(&hour)), lives(Some(u64::MAX), Some(&api(u64::MAX)))], [60, 86_400], "whatever a row says");
    }

    #[test]
    fn whatever_a_row_says_the_platform_s_bounds_hold() {
        let all = |seconds| TokenLifetimes {
            access_token_seconds: seconds,
            id_token_seconds: seconds,
            refresh_idle_seconds: seconds,
            refresh_absolute_seconds: seconds,
        };
        let lives = |said: TokenLifetimes| [said.id_token(), said.refresh_idle(), said.refresh_absolute()].map(|lifetime| lifetime.as_secs());
        assert_eq!(lives(all(None)), [300, 2_592_000, 15_552_000]);
        assert_eq!(lives(all(Some(3600))), [3600; 3]);
        assert_eq!(lives(all(Some(u64::MAX))), [86_400, 2_592_000, 15_552_000]);
        assert_eq!(all(Some(0)).id_token().as_secs(), 60);
    }

    #[test]
    fn an_app_says_what_is_within_the_bounds() {
        let none = TokenLifetimes::default();
        let fits = |said: [TokenLifetimes; 4]| said.map(|said| said.are_allowed());
        let access = |seconds| TokenLifetimes { access_token_seconds: Some(seconds), ..none };
        let id = |seconds| TokenLifetimes { id_token_seconds: Some(seconds), ..none };
        let idle = |seconds| TokenLifetimes { refresh_idle_seconds: Some(seconds), ..none };
        let absolute = |seconds| TokenLifetimes { refresh_absolute_seconds: Some(seconds), ..none };
        assert!(none.are_allowed() && none.is_unsaid() && !access(60).is_unsaid());
        assert_eq!(fits([59, 60, 86_400, 86_401].map(access)), [false, true, true, false]);
        assert_eq!(fits([59, 60, 86_400, 86_401].map(id)), [false, true, true, false]);
        assert_eq!(fits([599, 600, 2_592_000, 2_592_001].map(idle)), [false, true, true, false]);
        assert_eq!(fits([599, 600, 15_552_000, 15_552_001].map(absolute)), [false, true, true, false]);
    }
}
