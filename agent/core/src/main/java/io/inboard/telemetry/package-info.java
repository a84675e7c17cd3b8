// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What is observed of requests, how it travels, and where it goes: context propagation, spans and
 * metrics with OpenTelemetry's stable HTTP semantic conventions, OTLP export that costs the
 * application nothing when the collector is dead, slow or refusing.
 *
 * <p>The parsing of headers is our own, since it must follow the W3C rules to the letter; spans,
 * metrics and the wire format are the OpenTelemetry SDK's, built in code at the first request.
 */
package io.inboard.telemetry;
