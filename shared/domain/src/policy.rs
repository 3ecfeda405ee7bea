//! Lifetimes and limits as named values, each with its source. Nothing in the platform spells one of these inline.

mod administration;

use std::time::Duration;

pub use administration::*;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A cached directory record, tenant bundle, app or API is used without a second look for this long; it is read again beside the first read from then on.
pub const CACHE_FRESH: Duration = Duration::from_secs(15);
/// No request is decided by one of this age: a change counts everywhere within it, and a moved epoch is seen.
pub const CACHE_USABLE: Duration = Duration::from_secs(30);
/// A new home region acts only after the old one's directory records have run out, twice over.
pub const EPOCH_SETTLES_AFTER: Duration = MINUTE;

/// An unwrapped data key is kept this long before KMS is asked again.
pub const DATA_KEY_FRESH: Duration = HOUR;
/// While KMS is down a data key is used on, up to this age (fault F22 asks for 30 minutes).
pub const DATA_KEY_USABLE: Duration = Duration::from_hours(6);
/// After a failed call KMS is left alone for this long, so that an outage meets no storm (fault F23).
pub const KMS_BACKOFF: Duration = Duration::from_secs(5);

/// An authorization code: RFC 6749 §4.1.2 recommends at most ten minutes, FAPI 2.0 demands one.
pub const AUTHORIZATION_CODE: Duration = MINUTE;
/// A half-finished sign-in; long enough to look for a password.
pub const SIGN_IN_STATE: Duration = Duration::from_mins(30);
/// A consent page left open.
pub const CONSENT_STATE: Duration = Duration::from_mins(30);
/// A page left open that asks for another password in the place of one that is too old.
pub const OUTLIVED_STATE: Duration = Duration::from_mins(30);
/// A page left open that asks for what an account lacks.
pub const COMPLETION_STATE: Duration = Duration::from_mins(30);
/// An authorization request that was posted, pushed or interrupted, on its way to a page: RFC 9126 §2.2 says 5 to 600 seconds.
pub const REQUEST_URI: Duration = Duration::from_mins(9);
/// A page that asks whether to sign out.
pub const LOGOUT_STATE: Duration = Duration::from_mins(30);
/// A pushed request is answered within this time, however often a page interrupts it; that it was answered is remembered as long.
pub const PUSHED_REQUEST: Duration = Duration::from_hours(2);
/// A sign-up page left open.
pub const SIGN_UP_STATE: Duration = Duration::from_hours(1);
/// A sign-up whose address isn't proved by then is gone, and so is its link.
pub const SIGN_UP_PENDING: Duration = DAY;
/// An invitation: long enough for a holiday week; who is late is invited anew.
pub const INVITATION: Duration = Duration::from_hours(7 * 24);
/// The link by which a tenant's first owner enrols: its holder is told of it by who issued it, so that a working day is enough.
pub const FOUNDING_LINK: Duration = DAY;
/// An invitation that ran out is remembered this long, so that it can be sent anew.
pub const INVITATION_REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// A page that asks whose password is forgotten, left open.
pub const RESET_STATE: Duration = HOUR;
/// The link of a forgotten password (NIST SP 800-63B-4 §4.2.1.2 allows a day for what is sent to an address that was proved).
pub const RESET_LINK: Duration = HOUR;
/// The link "this wasn't me" of a notice: it grants nothing, and a mail may lie for a week. It takes power from whoever else has the account.
pub const NOT_ME_LINK: Duration = Duration::from_hours(7 * 24);
/// A logout token (OpenID Connect Back-Channel Logout §4: at most two minutes).
pub const LOGOUT_TOKEN: Duration = Duration::from_mins(2);
/// An ID token, unless its app says otherwise: its reader looks at it once, on arrival.
pub const ID_TOKEN: Duration = Duration::from_mins(5);
/// The shortest that an app may say.
pub const ID_TOKEN_SHORTEST: Duration = MINUTE;
/// The longest: some libraries take its end for that of their own session.
pub const ID_TOKEN_LONGEST: Duration = DAY;
/// An access token, unless its API or its app says otherwise (RFC 9700 §2.2.2: short).
pub const ACCESS_TOKEN: Duration = Duration::from_mins(10);
/// The shortest that an API may say.
pub const ACCESS_TOKEN_SHORTEST: Duration = MINUTE;
/// The longest. Nobody who checks it alone learns of a revocation before then.
pub const ACCESS_TOKEN_LONGEST: Duration = DAY;
/// A family without a refresh token need not outlive its access tokens by more than this margin.
pub const FAMILY_MARGIN: Duration = HOUR;

/// A refresh token that isn't used for this long is over (RFC 9700 §4.14.2 wants such an end; NIST SP 800-63B-4 §2.1.3 has 30 days between sign-ins).
pub const REFRESH_IDLE: Duration = Duration::from_hours(30 * 24);
/// No family is refreshed beyond this age, used or not; then its person signs in again.
pub const REFRESH_ABSOLUTE: Duration = Duration::from_hours(180 * 24);
/// The shortest that an app may say of either: as long as an access token lives.
pub const REFRESH_SHORTEST: Duration = ACCESS_TOKEN;
/// A refresh token that was rotated is answered with the same successor for this long: the answer may have been lost.
pub const REFRESH_RETRY: Duration = Duration::from_secs(10);

/// A client assertion ends at most this far ahead (RFC 7523 §3 lets a server say; its `jti` is remembered until then).
pub const CLIENT_ASSERTION_MAX: Duration = Duration::from_mins(10);
/// `iat` and `nbf` may lie this far ahead: clocks differ (FAPI 2.0 §5.3.2.1: 10 s are accepted, more than 60 s are not).
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);
/// A `jti`, in bytes.
pub const JTI_MAX: usize = 256;
/// Wrong secrets of one client from one network before that network waits (OAuth 2.1 §2.4.1).
pub const WRONG_SECRETS_PER_WINDOW: u32 = 20;
/// The window in which they count.
pub const WRONG_SECRETS_WINDOW: Duration = Duration::from_mins(5);

/// A session untouched for this long is over.
pub const SESSION_IDLE: Duration = Duration::from_hours(12);
/// A session is over at this age, used or not.
pub const SESSION_ABSOLUTE: Duration = Duration::from_hours(7 * 24);
/// The shortest that a session may live, used or not: who administers has to have time to say otherwise.
pub const SESSION_SHORTEST: Duration = MINUTE;
/// The longest. Signing keys are published until no session lives that they may be asked about.
pub const SESSION_LONGEST: Duration = Duration::from_hours(365 * 24);
/// A session's row is kept this long past its end, so that whoever looks whether it ran out still finds it.
pub const SESSION_REMEMBERED: Duration = DAY;
/// How long after a sign-in a person may change what they prove themself with, before they sign in once more (RFC 9470 asks for such a step).
pub const FRESH_SIGN_IN: Duration = Duration::from_mins(10);
/// A form of a person's own account, left open.
pub const ACCOUNT_STATE: Duration = HOUR;
/// The link that proves a new address of an account.
pub const EMAIL_LINK: Duration = DAY;
/// For how long an account remembers an address that it had: its owner may say that the change wasn't theirs.
pub const FORMER_EMAIL: Duration = Duration::from_hours(7 * 24);
/// Changes of the address within that time; each is remembered.
pub const EMAIL_CHANGES: usize = 5;
/// The code that proves a telephone number (OWASP ASVS 5 §6.5.5: at most ten minutes).
pub const PHONE_CODE: Duration = Duration::from_mins(10);
/// How often something is compared with one code: of a million, with three codes an hour, fifteen guesses.
pub const PHONE_CODE_ATTEMPTS: u32 = 5;
/// Codes that one person can have sent before they wait.
pub const SMS_PER_PERSON: u32 = 3;
/// Codes to one number, whoever asks, so that nobody has somebody else's telephone flooded.
pub const SMS_PER_NUMBER: u32 = 5;
/// Codes of one tenant to numbers that begin alike: messages to some networks pay whoever has them sent, so that an alarm is worth more than another
/// code.
pub const SMS_PER_PREFIX: u32 = 100;
/// The window in which all of them count.
pub const SMS_WINDOW: Duration = HOUR;
/// Digits of that beginning: a country's code, and what tells its networks apart.
pub const PHONE_PREFIX_DIGITS: usize = 4;
/// A telephone number or a code as typed, in bytes.
pub const PHONE_MAX: usize = 40;
/// A photo as it is sent, in bytes.
pub const PHOTO_MAX: usize = 3 * 1024 * 1024;
/// A form with a file, in bytes; in base64 it stays within the 6 MB that Lambda takes.
pub const UPLOAD_MAX: usize = PHOTO_MAX + BODY_MAX;
/// What a photo may be wide or high before it is made small, in pixels.
pub const PHOTO_SIDE_MAX: u32 = 12_000;
/// Its pixels in all: what telephones take, twice over.
pub const PHOTO_PIXELS_MAX: u64 = 24_000_000;
/// What it may take unpacked, in bytes: four for each of these pixels.
pub const PHOTO_UNPACKED_MAX: u64 = 4 * PHOTO_PIXELS_MAX;
/// A photo as it is kept, in pixels to each side.
pub const PHOTO_SIDE: u32 = 512;
/// Whoever is shown a photo may keep it this long; one that was removed is seen no longer.
pub const PHOTO_KEPT: Duration = DAY;
/// A photo that was kept is looked for in its record after this long, when whoever kept it has answered long ago, and removed if it isn't there.
pub const PHOTO_UNSHOWN: Duration = HOUR;
/// An account that its person wants gone stands this much longer, so that they can change their mind, or learn that somebody else wanted it.
pub const DELETION_GRACE: Duration = Duration::from_hours(14 * 24);
/// A tenant that is to be erased stands this much longer, refusing everybody, so that it can be restored.
pub const TENANT_GRACE: Duration = Duration::from_hours(30 * 24);
/// How long one turn at erasing a tenant takes; the rest is left to the next, well within [`DELIVERY_LEASE`].
pub const ERASURE_TURN: Duration = Duration::from_secs(20);
/// Entries of a person's history on one page.
pub const HISTORY_PAGE: usize = 50;
/// A session's last use is written when it is older than this part of the idle time.
pub const SESSION_TOUCH_PART: u32 = 8;
/// A browser is known for this long after its last sign-in.
pub const DEVICE_KNOWN: Duration = Duration::from_hours(365 * 24);
/// At most this many people are remembered per browser; the oldest yields.
pub const DEVICE_PEOPLE: usize = 5;

/// Attempts a source has at one identifier before it waits (NIST SP 800-63B-4 §3.2.2 allows up to 100 in a row).
pub const ATTEMPTS_PER_WINDOW: u32 = 10;
/// The window in which they count.
pub const ATTEMPT_WINDOW: Duration = Duration::from_mins(15);
/// Mails that strangers can have sent to one address before they wait: the first, and three again.
pub const MAILS_PER_WINDOW: u32 = 4;
/// The window in which they count.
pub const MAIL_WINDOW: Duration = HOUR;
/// Failures of one account from anywhere before sources without a device cookie wait.
pub const ACCOUNT_FAILURES: u32 = 50;
/// The window in which these count.
pub const ACCOUNT_WINDOW: Duration = DAY;
/// The first wait of such a source; it doubles with every ten failures more.
pub const ACCOUNT_FIRST_WAIT: Duration = Duration::from_secs(30);
/// Its longest.
pub const ACCOUNT_LONGEST_WAIT: Duration = HOUR;

/// Passwords: code points after NFKC, none cut off; longer input is refused before it costs work.
pub const PASSWORD_MAX_CHARACTERS: usize = 4096;
/// Requests of one process that may hash a password at once: at some 30 ms each the last one waits less than a second, well within what a
/// table's answer is waited for meanwhile.
pub const PASSWORD_TURNS: usize = 24;
/// Whoever comes when there are as many is asked to come again after this long, when those are done.
pub const PASSWORD_TURN_RETRY: Duration = Duration::from_secs(2);
/// Characters of a new password that stands alone, unless the tenant says otherwise (NIST SP 800-63B-4 §3.1.1.2).
pub const PASSWORD_MIN_ALONE: u16 = 15;
/// Characters of one beside a second factor, from the same section; no tenant may ask for fewer.
pub const PASSWORD_MIN_WITH_FACTOR: u16 = 8;
/// No tenant may ask for more characters: the same section wants 64 to be enough for anybody.
pub const PASSWORD_MIN_LONGEST: u16 = 64;
/// How many characters of a new password are looked at for guesses: at 40 the worst costs about six Argon2id, at 100 it would be forty.
pub const PASSWORD_JUDGED_CHARACTERS: usize = 40;
/// Names of a person and their tenant that a new password may not be made of.
pub const PASSWORD_WORDS: usize = 32;
/// Characters of such a name that are looked at.
pub const PASSWORD_WORD_CHARACTERS: usize = 64;
/// Former passwords that a new one is compared with: each costs one Argon2id.
pub const PASSWORD_HISTORY_MAX: usize = 5;
/// Kinds of password hashes from elsewhere that a tenant may have: each sign-in does the work of each.
pub const IMPORTED_HASHES_MAX: usize = 3;
/// An identifier as typed; the longest e-mail address is 254 characters (RFC 5321 §4.5.3.1.3).
pub const IDENTIFIER_MAX_CHARACTERS: usize = 320;

/// `state` and `nonce`, in bytes; they travel inside sealed artefacts.
pub const STATE_MAX: usize = 512;
/// A redirect URI, in bytes.
pub const REDIRECT_URI_MAX: usize = 512;
/// The `request_uri` of a sealed request, in characters: it has to fit a URL beside everything else that gateways carry (docs/decisions/0008).
pub const REQUEST_URI_MAX: usize = 4000;
/// An authorization request as JSON writes it, in bytes: what sealing and base64url add keeps it within [`REQUEST_URI_MAX`].
pub const AUTHORIZATION_REQUEST_MAX: usize = 2800;
/// A sealed authorization code, in characters: the longest that is issued has 1,220.
pub const CODE_MAX: usize = 1240;
/// A `sub`, in ASCII characters (OpenID Connect Core §2).
pub const SUB_MAX: usize = 255;
/// A sealed refresh token, in characters.
pub const REFRESH_TOKEN_MAX: usize = 600;
/// An API's audience, in bytes; it travels inside sealed artefacts.
pub const AUDIENCE_MAX: usize = 200;
/// A scope of an API, in characters.
pub const API_SCOPE_MAX: usize = 100;
/// An e-mail address, in bytes (RFC 5321 §4.5.3.1.3 leaves 254 between the angle brackets).
pub const EMAIL_MAX: usize = 254;
/// A username that somebody chooses, in ASCII characters.
pub const USERNAME_MAX: usize = 64;
/// A given or family name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 100;
/// A link in a mail, in characters: what programs for mail break no longer lines than (RFC 5322 §2.1.1 has 998).
pub const LINK_MAX: usize = 600;
/// The address of a tenant's hook, in bytes.
pub const HOOK_URL_MAX: usize = 512;
/// A hook that brings people over answers within this long: somebody waits, and a function has ten seconds.
pub const MIGRATION_HOOK: Duration = Duration::from_secs(5);
/// What such a hook says of a person, in bytes: the attributes that there may be, many times over.
pub const MIGRATION_ANSWER_MAX: usize = 16 * 1024;
/// When to try again after such a hook said nothing.
pub const MIGRATION_HOOK_AGAIN: Duration = MINUTE;
/// The address of a logo or a legal link, in bytes: all of them are in every page.
pub const BRANDING_URL_MAX: usize = 512;
/// A tenant's line of welcome, in characters: what a telephone shows above the form.
pub const WELCOME_MAX_CHARACTERS: usize = 200;
/// Groups of a tenant: with its roles and bound scopes they are read with the tenant's record, which a DynamoDB item of 400 KB holds.
pub const GROUPS_MAX: usize = 1000;
/// Roles of a tenant.
pub const ROLES_MAX: usize = 200;
/// Scopes of a tenant that are bound to roles.
pub const BOUND_SCOPES_MAX: usize = 200;
/// Groups or roles that one person has, each: they travel in access tokens.
pub const MEMBERSHIPS_MAX: usize = 50;
/// Groups that a policy says something else of than of everybody.
pub const POLICY_GROUPS_MAX: usize = 20;
/// Domains of addresses that may sign up.
pub const REGISTRATION_DOMAINS_MAX: usize = 100;
/// The name of a group or role, in characters.
pub const ROSTER_NAME_MAX: usize = 64;
/// Administrators of a tenant, people and apps: one record names them.
pub const ADMINISTRATORS_MAX: usize = 200;
/// Apps that a developer of apps may change.
pub const DEVELOPED_APPS_MAX: usize = 50;
/// Attributes that a tenant keeps of its people beside the standard claims: they are read with its record.
pub const ATTRIBUTES_MAX: usize = 30;
/// An attribute's name, in characters.
pub const ATTRIBUTE_NAME_MAX: usize = 32;
/// An attribute's label or hint, and one of a list, in characters.
pub const ATTRIBUTE_LABEL_MAX: usize = 100;
/// Languages of a label.
pub const ATTRIBUTE_LANGUAGES_MAX: usize = 10;
/// Texts of which an attribute is one.
pub const ATTRIBUTE_CHOICES_MAX: usize = 50;
/// The longest text that an attribute may be, in characters.
pub const ATTRIBUTE_TEXT_MAX: u16 = 250;
/// The pattern of an attribute, in characters.
pub const ATTRIBUTE_PATTERN_MAX: usize = 200;
/// The same compiled, in bytes: what it costs to match grows with it.
pub const ATTRIBUTE_PATTERN_BYTES: usize = 16 * 1024;
/// A person's attributes together, names and values, in bytes: with the rest of the record they are read with one more unit of 4 KB at most.
pub const ATTRIBUTES_BYTES_MAX: usize = 2048;
/// A form body, in bytes.
pub const BODY_MAX: usize = 64 * 1024;
/// Parameters of one request.
pub const PARAMETERS_MAX: usize = 200;

/// Days that events are kept where the tenant doesn't say.
pub const EVENT_RETENTION_DAYS: u16 = 90;
/// The fewest days that it may say: what is done with them has to have time.
pub const EVENT_RETENTION_LEAST: u16 = 7;
/// The most.
pub const EVENT_RETENTION_MOST: u16 = 3650;
/// Shards of a tenant's day of events.
pub const EVENT_SHARDS: u8 = 8;
/// Shards of due deliveries, and of due looks at signing keys.
pub const DUE_SHARDS: u8 = 4;
/// Deliver works on a delivery alone for this long; then another may try.
pub const DELIVERY_LEASE: Duration = Duration::from_mins(1);
/// The first retry of a delivery comes within this long; the bound doubles with each attempt.
pub const DELIVERY_FIRST_BACKOFF: Duration = Duration::from_secs(30);
/// No retry waits longer.
pub const DELIVERY_LONGEST_BACKOFF: Duration = HOUR;
/// After this many attempts a delivery is parked, in sight, never dropped.
pub const DELIVERY_ATTEMPTS: u32 = 30;
/// A finished delivery is remembered this long, past the stream's 24 hours, so that a record seen again sends nothing.
pub const DELIVERY_REMEMBERED: Duration = Duration::from_hours(8 * 24);

/// Clients may keep discovery and JWKS this long.
pub const JWKS_LIFETIME: Duration = Duration::from_mins(15);
/// Apps that keep a key set longer than that are served as well, up to this age (fault F26).
pub const JWKS_KEPT_BY_APPS: Duration = DAY;
/// What stands between a change of the signing keys and the last function that acts on it: memory ([`CACHE_USABLE`]), a request under way, and
/// clocks that are five minutes wrong either way (fault F27).
pub const SIGNING_KEY_MARGIN: Duration = Duration::from_mins(15);
/// The next signing key is published this long before it signs: whoever fetched the key set before its publication has dropped it by then.
pub const NEXT_KEY_PUBLISHED: Duration = JWKS_KEPT_BY_APPS.saturating_add(JWKS_LIFETIME).saturating_add(SIGNING_KEY_MARGIN);
/// A signing key signs this long (NIST SP 800-57 part 1 §5.3.6 allows years; a way that is gone four times a year is one that works).
pub const SIGNING_KEY_SIGNS: Duration = Duration::from_hours(90 * 24);
/// No token that a signing key signs lives longer; an ID token as a hint counts as long as its session, which is the tenant's to say.
pub const LONGEST_TOKEN: Duration = longer(ACCESS_TOKEN_LONGEST, longer(ID_TOKEN_LONGEST, LOGOUT_TOKEN));
/// A tenant whose due look at its keys finds nothing to look at is looked at again after this long.
pub const SIGNING_KEY_LOOK_AGAIN: Duration = DAY;
/// Keys that sign this much longer than they should are worth an alarm: nobody has rotated them.
pub const SIGNING_KEY_OVERDUE: Duration = Duration::from_hours(7 * 24);

const fn longer(one: Duration, other: Duration) -> Duration {
    if one.as_millis() > other.as_millis() { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_published_before_it_signs_for_longer_than_any_old_key_set_is_kept() {
        let request = Duration::from_secs(30);
        let clocks = Duration::from_mins(5) * 2;
        assert!(SIGNING_KEY_MARGIN >= CACHE_USABLE + request + clocks);
        assert!(NEXT_KEY_PUBLISHED >= JWKS_KEPT_BY_APPS + JWKS_LIFETIME + SIGNING_KEY_MARGIN);
        assert!(NEXT_KEY_PUBLISHED * 2 < SIGNING_KEY_SIGNS, "a key signs for longer than its successor waits");
        assert!([ACCESS_TOKEN, ACCESS_TOKEN_LONGEST, ID_TOKEN_LONGEST, LOGOUT_TOKEN].iter().all(|token| LONGEST_TOKEN >= *token));
    }
}
