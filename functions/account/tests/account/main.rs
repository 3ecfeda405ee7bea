//! Accounts that people make themselves, one request at a time.

mod alarms;
mod api;
mod api_phone;
mod api_photo;
mod attributes;
mod branding;
mod ending;
mod flooding;
mod given_back;
mod inviting;
mod kept_attributes;
mod mine;
mod outliving;
mod phone;
mod photos;
mod refusals;
mod resetting;
mod signing_up;
mod support;
mod verifying;
