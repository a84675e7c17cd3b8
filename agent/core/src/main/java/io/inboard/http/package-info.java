// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * A small HTTP/1.1 client over plain sockets, for the agent's own requests: some ten classes, where
 * a client library brings hundreds. It uses nothing that the agent's hooks see ({@code
 * HttpURLConnection}, {@code java.net.http}) and nothing that Java 8 lacks.
 *
 * <p>Left out on purpose, since none of its callers needs it: redirects, credentials, cookies,
 * several requests at once on one connection.
 */
package io.inboard.http;
