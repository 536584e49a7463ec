use std::pin::Pin;

use actix_web::error::PayloadError;
use actix_web::rt::System;
use actix_web::test::TestRequest;
use digituki_domain::text::TextLanguage;
use futures_util::{Stream, stream};
use serde_json::json;

use super::*;

const LONG: Duration = Duration::from_secs(60);

fn code(problem: &Problem) -> &'static str {
    problem.body(TextLanguage::En, "", None).code
}

/// A body in chunks; without an end it never comes to one.
fn payload(chunks: Vec<Result<Bytes, PayloadError>>, ends: bool) -> Payload {
    let chunks = stream::iter(chunks);
    let payload: Pin<Box<dyn Stream<Item = _>>> =
        if ends { Box::pin(chunks) } else { Box::pin(chunks.chain(stream::pending())) };
    Payload::Stream { payload }
}

#[test]
fn a_merge_patch_does_what_the_standard_shows() {
    // RFC 7396, appendix A.
    let table = [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a": "b"}), json!(["c"]), json!(["c"])),
        (json!({"a": "foo"}), json!(null), json!(null)),
        (json!({"a": "foo"}), json!("bar"), json!("bar")),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ];
    for (mut target, patch, result) in table {
        let title = format!("{target} {patch}");
        merge(&mut target, &patch);
        assert_eq!(target, result, "{title}");
    }
}

#[test]
fn contents_say_what_they_are() {
    let table = [
        (None, false),
        (Some("application/json"), true),
        (Some("Application/JSON; charset=UTF-8"), true),
        (Some("application/json;charset=\"utf-8\""), true),
        (Some("application/json; profile=x"), true),
        (Some("application/json; charset=iso-8859-1"), false),
        (Some("application/merge-patch+json"), false),
        (Some("application/problem+json"), false),
        (Some("application/*"), false),
        (Some("text/json"), false),
        (Some("json"), false),
        (Some(""), false),
    ];
    for (given, fits) in table {
        let request = TestRequest::default();
        let request = match given {
            Some(given) => request.insert_header((header::CONTENT_TYPE, given)),
            None => request,
        };
        let checked = check_type(&request.to_http_request(), &[JSON], &header::ACCEPT);
        assert_eq!(checked.is_ok(), fits, "{given:?}");
    }
    let twice = TestRequest::default().append_header((header::CONTENT_TYPE, JSON));
    let twice = twice.append_header((header::CONTENT_TYPE, JSON)).to_http_request();
    assert!(check_type(&twice, &[JSON], &header::ACCEPT).is_err());
}

#[test]
fn a_body_is_read_up_to_the_limit() {
    System::new().block_on(async {
        let receiving = Receiving::new(1);
        for (length, fits) in [(9, true), (10, true), (11, false)] {
            let mut payload = payload((0..length).map(|byte| Ok(Bytes::from(vec![byte]))).collect(), true);
            match receive(&mut payload, 10, LONG, &receiving).await {
                Ok(bytes) => assert!(fits && bytes.len() == usize::from(length), "{length}"),
                Err(problem) => assert_eq!((fits, code(&problem)), (false, "payload_too_large"), "{length}"),
            }
        }
    });
}

#[test]
fn a_body_that_stops_or_breaks_is_a_problem() {
    System::new().block_on(async {
        let receiving = Receiving::new(1);
        let mut endless = payload(vec![Ok(Bytes::from_static(b"{"))], false);
        let late = receive(&mut endless, 10, Duration::ZERO, &receiving).await.unwrap_err();
        assert_eq!(code(&late), "request_timeout");
        for error in [PayloadError::EncodingCorrupted, PayloadError::Incomplete(None)] {
            let mut payload = payload(vec![Ok(Bytes::from_static(b"{")), Err(error)], true);
            let broken = receive(&mut payload, 10, LONG, &receiving).await.unwrap_err();
            assert_eq!(code(&broken), "malformed_request");
        }
    });
}

#[test]
fn the_body_that_has_been_arriving_longest_makes_room() {
    System::new().block_on(async {
        let receiving = Receiving::new(1);
        let mut slow = payload(vec![Ok(Bytes::from_static(b"{"))], false);
        let mut quick = payload(vec![Ok(Bytes::from_static(b"{}"))], true);
        let slow = receive(&mut slow, 10, LONG, &receiving);
        let quick = receive(&mut quick, 10, LONG, &receiving);
        let (slow, quick) = futures_util::future::join(slow, quick).await;
        assert_eq!((code(&slow.unwrap_err()), &*quick.unwrap()), ("unavailable", &b"{}"[..]));
    });
}
