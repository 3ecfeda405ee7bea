//! A configuration as text: YAML (RFC 9512), which people keep beside other code, or JSON. Both are read within bounds, and say everything once.

use std::fmt;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use domain::configuration::Configuration;
use domain::policy;
use http::header::{ACCEPT, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::problem;
use crate::arrival::Arrived;
use crate::came;
use crate::problem::{Problem, Refused, broken};

const YAML: &str = "application/yaml";
const JSON: &str = "application/json";

/// A document that came.
pub(crate) struct Document(pub(crate) Configuration);

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let (kind, bytes) = came::bytes(request, state, &[JSON, YAML]).await?;
        let Once(value) = if kind == YAML { yaml(&bytes)? } else { json_of(&bytes)? };
        Ok(Self(Configuration::read(value).map_err(problem)?))
    }
}

fn json_of(bytes: &[u8]) -> Result<Once, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::Malformed(error.to_string()))
}

fn yaml(bytes: &[u8]) -> Result<Once, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::Malformed("the document is UTF-8".to_owned()))?;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_documents: 1,
            max_depth: policy::CONFIGURATION_DEPTH_MAX,
            flow_nesting_limit: policy::CONFIGURATION_DEPTH_MAX,
            max_nodes: policy::CONFIGURATION_NODES_MAX,
            max_aliases: policy::CONFIGURATION_ALIASES_MAX,
            max_recorded_anchor_bytes: policy::ADMIN_BODY_MAX,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: policy::CONFIGURATION_ALIASED_MAX,
            max_replay_stack_depth: policy::CONFIGURATION_DEPTH_MAX,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        // What stands is all that is said.
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let why: String = error.without_snippet().to_string().chars().take(300).collect();
        Problem::Malformed(error.location().map_or_else(|| why.clone(), |at| format!("line {}, column {}: {why}", at.line(), at.column())))
    })
}

/// A value in which nothing is said twice.
#[derive(Debug, PartialEq)]
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
                Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number"))
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_string<E>(self, value: String) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
                Once::deserialize(deserializer).map(|Once(value)| value)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
                let mut all = Vec::new();
                while let Some(Once(value)) = elements.next_element()? {
                    all.push(value);
                }
                Ok(Value::Array(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
                let mut all = Map::new();
                while let Some(name) = members.next_key::<String>()? {
                    let Once(value) = members.next_value()?;
                    if all.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("{} is said twice", Value::String(name.chars().take(100).collect()))));
                    }
                    all.insert(name, value);
                }
                Ok(Value::Object(all))
            }
        }
        deserializer.deserialize_any(Any).map(Self)
    }
}

/// The answer that shows a configuration, as its reader prefers it.
pub(super) fn shown(at: &Arrived, configuration: &Configuration, etag: &str) -> Result<Response, Refused> {
    if prefers_json(&at.headers) {
        return json(configuration, etag);
    }
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let text = serde_saphyr::to_string_with_options(configuration, options).map_err(broken)?;
    answer(YAML, text, etag)
}

/// The answer as JSON.
pub(super) fn json(body: &impl Serialize, etag: &str) -> Result<Response, Refused> {
    answer(JSON, serde_json::to_string(body).map_err(broken)?, etag)
}

fn answer(kind: &'static str, body: String, etag: &str) -> Result<Response, Refused> {
    let etag = HeaderValue::try_from(format!("\"{etag}\"")).map_err(broken)?;
    let mut response = ([(CONTENT_TYPE, HeaderValue::from_static(kind)), (ETAG, etag)], body).into_response();
    web::headers::not_stored(response.headers_mut());
    Ok(response)
}

// RFC 9110 §12.5.1: the most specific range that names a type says how much it is wanted.
fn prefers_json(headers: &HeaderMap) -> bool {
    let ranges: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    let wanted = |kind: &str| {
        let of = |range: &str| ranges.iter().find_map(|wanted| weight(wanted, range));
        of(kind).or_else(|| of("application/*")).or_else(|| of("*/*")).unwrap_or_default()
    };
    wanted(JSON) > wanted(YAML)
}

// A weight in thousandths, which it has three digits for.
fn weight(wanted: &str, range: &str) -> Option<u32> {
    let mut parts = wanted.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(range) {
        return None;
    }
    let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let Some(q) = q else { return Some(1000) };
    let (whole, thousandths) = q.split_once('.').unwrap_or((q, ""));
    let digits: String = thousandths.chars().take(3).collect();
    Some(if whole == "1" { 1000 } else { format!("{digits:0<3}").parse().unwrap_or_default() })
}

#[cfg(test)]
mod tests;
