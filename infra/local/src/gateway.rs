//! Takes a request to the function that the template's routes name, as the HTTP API does in AWS.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode, header};
use tower::ServiceExt;

use crate::template::{Deployment, DeploymentError, Route};

/// Routes, and the functions that they reach.
#[derive(Clone, Debug)]
pub struct Gateway {
    routes: Vec<Route>,
    functions: BTreeMap<String, Router>,
}

impl Gateway {
    /// The routes of a deployment; `code` finds the code of a folder below `functions/`, asked once for each.
    pub fn new(deployment: &Deployment, code: impl Fn(&str) -> Option<Router>) -> Result<Self, DeploymentError> {
        let mut functions = BTreeMap::new();
        for route in &deployment.routes {
            if !functions.contains_key(&route.function) {
                let router = code(&route.function).ok_or_else(|| deployment.no_code(&route.function))?;
                functions.insert(route.function.clone(), router);
            }
        }
        Ok(Self { routes: deployment.routes.clone(), functions })
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        match self.function_of(&request) {
            Some(function) => function.clone().oneshot(request).await.into_response(),
            None => no_route(),
        }
    }

    fn function_of(&self, request: &Request<Body>) -> Option<&Router> {
        let route = self.routes.iter().find(|route| route.takes(request.method().as_str(), request.uri().path()))?;
        self.functions.get(&route.function)
    }
}

/// What an HTTP API says where it has no route.
fn no_route() -> Response {
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/json")], r#"{"message":"Not Found"}"#).into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_function_without_code_is_one_sentence_that_names_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let deployment = Deployment::read(&root.join("template.yaml"), &root.join("infra"), "local").expect("the repository's templates");
        let with_code = |folder: &str| (folder != "userinfo").then(Router::new);
        let error = Gateway::new(&deployment, with_code).expect_err("userinfo has no code").to_string();
        assert!(error.contains("UserinfoFunction") && error.contains("functions/userinfo") && error.lines().count() == 1, "{error}");
        assert!(Gateway::new(&deployment, |_| Some(Router::new())).is_ok());
    }
}
