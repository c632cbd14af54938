//! `HttpTransport` without TLS: what goes over the wire, and what failures are called.
#![cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]

use crate::http_support::*;
use cloud_core::body::Body;
use cloud_core::transport::{HttpTransport, Transport, TransportErrorKind};
use http::{Method, StatusCode, Version};
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn request_goes_out_exactly_as_given() {
    let (listener, address) = listen().await;
    let server = serve_once(listener, "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi");
    let mut request = request(
        Method::PATCH,
        &format!("http://{address}/v1/a%20b/c%2Fd?q=1&q=%27"),
        Body::from("{\"a\":1}"),
    );
    request
        .headers_mut()
        .insert("accept", "application/json".parse().unwrap());
    request.headers_mut().insert("x-one", "1".parse().unwrap());
    let response = plain().send(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.version(), Version::HTTP_10);
    assert_eq!(response.headers()["content-length"], "2");
    assert_eq!(text(response).await, "hi");

    let seen = server.await.unwrap();
    assert_eq!(
        seen.request_line(),
        "PATCH /v1/a%20b/c%2Fd?q=1&q=%27 HTTP/1.1"
    );
    assert_eq!(seen.header("accept"), ["application/json"]);
    assert_eq!(seen.header("x-one"), ["1"]);
    assert_eq!(seen.header("host"), [address.to_string()]);
    assert_eq!(seen.header("content-length"), ["7"]);
    assert_eq!(seen.header("user-agent"), Vec::<&str>::new());
    assert_eq!(seen.header("transfer-encoding"), Vec::<&str>::new());
    assert_eq!(seen.body, b"{\"a\":1}");
}

/// Really, in a process of its own that has opened all the files it may.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_without_another_file_says_so() {
    if !is_again() {
        again_with_few_files("http_transport::a_process_without_another_file_says_so", 64);
        return;
    }
    let transport = plain();
    let url = "http://127.0.0.1:1/";
    let mut all = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        all.push(file);
    }
    let error = get(&transport, url).await.unwrap_err();
    drop(all);
    assert_eq!(error.kind(), TransportErrorKind::Exhausted);
    assert_eq!(
        error.message(),
        "cannot connect to 127.0.0.1:1: this process may open no more files; raise its limit of open files (ulimit -n), or \
         set max_in_flight (too many open files (os error 24))"
    );
    let error = get(&transport, url).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent, "{error}");
}

#[tokio::test]
async fn empty_body_has_a_length_only_where_a_body_is_usual() {
    for (method, expected) in [
        (Method::GET, &[][..]),
        (Method::DELETE, &[]),
        (Method::HEAD, &[]),
        (Method::POST, &["0"]),
        (Method::PUT, &["0"]),
        (Method::PATCH, &["0"]),
    ] {
        let (listener, address) = listen().await;
        let server = serve_once(listener, "HTTP/1.1 204 No Content\r\n\r\n");
        plain()
            .send(request(
                method.clone(),
                &format!("http://{address}/"),
                Body::empty(),
            ))
            .await
            .unwrap();
        assert_eq!(
            server.await.unwrap().header("content-length"),
            expected,
            "{method}"
        );
    }
}

#[tokio::test]
async fn framing_headers_of_the_caller_are_ignored() {
    let (listener, address) = listen().await;
    let server = serve_once(listener, OK);
    let mut request = request(
        Method::POST,
        &format!("http://{address}/"),
        Body::from("abc"),
    );
    request
        .headers_mut()
        .insert("content-length", "1".parse().unwrap());
    request
        .headers_mut()
        .insert("transfer-encoding", "chunked".parse().unwrap());
    plain().send(request).await.unwrap();
    let seen = server.await.unwrap();
    assert_eq!(seen.header("content-length"), ["3"]);
    assert_eq!(seen.header("transfer-encoding"), Vec::<&str>::new());
    assert_eq!(seen.body, b"abc");
}

#[tokio::test]
async fn streamed_bodies_have_their_exact_length() {
    let content: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let path = scratch_file("body", &content);
    let reader = Body::from_reader(std::io::Cursor::new(content.clone()), 200_000);
    for body in [Body::from_file(&path).unwrap(), reader] {
        let (listener, address) = listen().await;
        let server = serve_once(listener, OK);
        plain()
            .send(request(Method::PUT, &format!("http://{address}/"), body))
            .await
            .unwrap();
        let seen = server.await.unwrap();
        assert_eq!(seen.header("content-length"), ["200000"]);
        assert_eq!(seen.header("transfer-encoding"), Vec::<&str>::new());
        assert!(seen.body == content);
    }
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn short_reader_is_a_failure_of_the_request_body() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move { read_request(&mut accept(&listener).await).await });
    let body = Body::from_reader(std::io::Cursor::new(vec![b'x'; 10]), 20);
    let error = plain()
        .send(request(Method::PUT, &format!("http://{address}/"), body))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::RequestBody);
    assert_eq!(
        error.message(),
        "the request body could not be read: the request body is shorter than announced"
    );
    assert!(server.await.unwrap().body.len() < 20);
}

#[tokio::test]
async fn refused_connection_is_not_sent() {
    let (listener, address) = listen().await;
    drop(listener);
    let error = get(&plain(), &format!("http://{address}/secret?token=secret"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    let code = if cfg!(target_os = "linux") {
        "(os error 111)"
    } else {
        "(os error"
    };
    assert!(
        error.message().starts_with(&format!(
            "cannot connect to {address}: connection refused {code}"
        )),
        "{error}"
    );
    let debug = format!("{error:?} {:?}", std::error::Error::source(&error));
    assert!(!debug.contains("secret"), "{debug}");
}

#[tokio::test]
async fn unknown_host_is_not_sent() {
    let error = get(&plain(), "http://nowhere.invalid/").await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    assert!(
        error
            .message()
            .starts_with("cannot connect to nowhere.invalid:80: "),
        "{error}"
    );
}

#[tokio::test]
async fn connection_lost_after_the_request_is_interrupted() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move { read_request(&mut accept(&listener).await).await });
    let error = get(&plain(), &format!("http://{address}/"))
        .await
        .unwrap_err();
    assert_eq!(server.await.unwrap().request_line(), "GET / HTTP/1.1");
    assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    assert_eq!(
        error.message(),
        format!(
            "the connection to {address} broke before the response arrived: connection closed before message completed"
        )
    );
}

#[tokio::test]
async fn connection_lost_in_the_body_is_interrupted() {
    let (listener, address) = listen().await;
    serve_once(listener, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    let mut body = get(&plain(), &format!("http://{address}/"))
        .await
        .unwrap()
        .into_body();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "abc");
    let error = body.chunk().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    assert!(
        error.message().starts_with("the response broke off: "),
        "{error}"
    );
    let debug = format!("{:?}", std::error::Error::source(&error));
    assert!(!debug.contains("http://"), "{debug}");
}

#[tokio::test]
#[cfg(feature = "gzip")]
async fn compressed_answers_are_asked_for_and_read() {
    use tokio::io::AsyncWriteExt;

    const HELLO: [u8; 25] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
    ];
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        let seen = read_request(&mut stream).await;
        write(
            &mut stream,
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 25\r\n\r\n",
        )
        .await;
        stream.write_all(&HELLO).await.unwrap();
        seen
    });
    assert_eq!(
        text(get(&plain(), &format!("http://{address}/")).await.unwrap()).await,
        "hello"
    );
    assert_eq!(server.await.unwrap().header("accept-encoding"), ["gzip"]);
}

#[tokio::test]
async fn redirect_is_given_back() {
    let (listener, address) = listen().await;
    serve_once(
        listener,
        "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    );
    let response = get(&plain(), &format!("http://{address}/")).await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(response.headers()["location"], "/elsewhere");
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn connections_are_used_again() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        for _ in 0..2 {
            read_request(&mut stream).await;
            write(&mut stream, OK).await;
        }
    });
    let transport = plain();
    for _ in 0..2 {
        assert_eq!(
            text(
                get(&transport.clone(), &format!("http://{address}/"))
                    .await
                    .unwrap()
            )
            .await,
            "hi"
        );
    }
    server.await.unwrap();
}

#[tokio::test]
async fn connections_are_not_kept_longer_than_set() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        for _ in 0..2 {
            let mut stream = accept(&listener).await;
            read_request(&mut stream).await;
            write(&mut stream, OK).await;
            assert!(closed(&mut stream).await);
        }
    });
    let nearly_nothing = std::time::Duration::from_nanos(1);
    provider();
    let transport = HttpTransport::builder()
        .plain_http_only(true)
        .pool_idle_timeout(nearly_nothing)
        .build()
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            text(
                get(&transport, &format!("http://{address}/"))
                    .await
                    .unwrap()
            )
            .await,
            "hi"
        );
    }
    drop(transport);
    server.await.unwrap();
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let (listener, address) = listen().await;
    let (arrived, wait) = tokio::sync::oneshot::channel();
    let server = tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        read_request(&mut stream).await;
        arrived.send(()).unwrap();
        closed(&mut stream).await
    });
    let transport = plain();
    let url = format!("http://{address}/");
    tokio::select! {
        _ = get(&transport, &url) => panic!("there is no response"),
        _ = wait => {}
    }
    assert!(server.await.unwrap());
}

#[tokio::test]
async fn dropping_the_body_closes_the_connection() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        read_request(&mut stream).await;
        write(
            &mut stream,
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        )
        .await;
        stream.read(&mut [0; 1]).await.map_or(true, |n| n == 0)
    });
    drop(get(&plain(), &format!("http://{address}/")).await.unwrap());
    assert!(server.await.unwrap());
}

#[tokio::test]
async fn target_that_would_change_on_the_way_is_refused() {
    let transport = plain();
    for target in ["/a/../b", "/a/%2e%2E/b", "/a/./b", "/a?q='"] {
        let error = get(&transport, &format!("http://127.0.0.1:1{target}"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Refused, "{target}");
        assert_eq!(
            error.message(),
            "the path or query of the request has parts that cannot be sent as they are"
        );
    }
}

#[tokio::test]
async fn plain_http_only_refuses_https() {
    let error = get(&plain(), "https://127.0.0.1:1/").await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Refused);
    assert!(error.message().contains("plain_http_only"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn server_that_never_finishes_the_handshake_is_not_sent() {
    provider();
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        while !closed(&mut stream).await {}
    });
    let transport = HttpTransport::builder()
        .danger_accept_invalid_certificates(true)
        .build()
        .unwrap();
    let url = format!("https://{address}/");
    // Simulated time: neither limit is waited for.
    let result =
        tokio::time::timeout(std::time::Duration::from_secs(60), get(&transport, &url)).await;
    let error = result.expect("a limit of its own").unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent);
    assert_eq!(
        error.message(),
        format!("cannot connect to {address}: no connection within 5s")
    );
    server.await.unwrap();
}

#[tokio::test]
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
async fn machine_without_certificate_authorities() {
    const THIS: &str = "http_transport::machine_without_certificate_authorities";
    if !is_again() {
        again(
            THIS,
            &[
                ("SSL_CERT_FILE", "/nonexistent"),
                ("SSL_CERT_DIR", "/nonexistent"),
            ],
        );
        return;
    }
    provider();
    let error = HttpTransport::builder().build().unwrap_err();
    assert_eq!(error.setting(), "root_certificate_pem");
    for remedy in [
        "ca-certificates",
        "Debian",
        "Alpine",
        "SSL_CERT_FILE",
        "only_these_roots",
    ] {
        assert!(error.to_string().contains(remedy), "{error}");
    }
    // Nothing of the system is needed for these.
    let pin = cloud_core::transport::CertificatePin::from_sha256([0; 32]);
    HttpTransport::builder()
        .pin(pin)
        .pin_mode(cloud_core::transport::PinMode::Replace)
        .build()
        .unwrap();
    let (listener, address) = listen().await;
    serve_once(listener, OK);
    assert_eq!(
        text(get(&plain(), &format!("http://{address}/")).await.unwrap()).await,
        "hi"
    );
}

#[test]
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
fn no_crypto_provider() {
    if !is_again() {
        again("http_transport::no_crypto_provider", &[]);
        return;
    }
    let error = HttpTransport::builder().build().unwrap_err();
    assert_eq!(error.setting(), "tls");
    assert!(error.to_string().contains("install_default"), "{error}");
}

#[test]
#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
fn pins_need_rustls() {
    let pin = cloud_core::transport::CertificatePin::from_sha256([0; 32]);
    let error = HttpTransport::builder().pin(pin).build().unwrap_err();
    assert_eq!(error.setting(), "pin");
    assert!(error.to_string().contains("`rustls`"), "{error}");
}

/// Answers every request on every connection, which it keeps open, on threads of its own.
fn keeps_connections() -> std::net::SocketAddr {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                // The requests of these tests come in one piece each.
                while stream.read(&mut bytes).is_ok_and(|read| read > 0) {
                    stream.write_all(OK.as_bytes()).unwrap();
                }
            });
        }
    });
    address
}

#[test]
fn a_runtime_that_stands_still_or_is_gone_keeps_no_connection_from_another() {
    let url = format!("http://{}/", keeps_connections());
    let transport = plain();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let send = |runtime: &tokio::runtime::Runtime| {
        let sent = transport.send(request(Method::POST, &url, Body::empty()));
        runtime.block_on(async {
            let limit = std::time::Duration::from_secs(20);
            let response = tokio::time::timeout(limit, sent).await;
            text(response.expect("an answer").unwrap()).await
        })
    };
    let (one, other) = (runtime(), runtime());
    assert_eq!(send(&one), "hi");
    assert_eq!(send(&other), "hi", "the first stands still");
    drop(one);
    assert_eq!(send(&other), "hi", "the first is gone");
    assert_eq!(send(&runtime()), "hi");
}
