// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Step;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How an answer of the mesh looks on the application's side, in whichever library.
 *
 * @param status as the mesh says
 * @param reason the phrase of RFC 9110 section 15; perhaps empty
 * @param headers with {@code content-length} where a response of this status has one; no value has
 *     a line break
 * @param body perhaps empty; not changed by anybody
 */
public record AnswerHead(int status, String reason, Map<String, String> headers, byte[] body) {
  private static final byte[] EMPTY = {};

  /**
   * The head and body of an answer.
   *
   * @param method of the request: HEAD has no body, and the length that GET would have
   */
  public static AnswerHead of(Step.Answer answer, String method) {
    boolean bodiless = answer.status() == 204 || answer.status() == 304;
    Map<String, String> headers = new LinkedHashMap<>();
    answer
        .headers()
        .forEach((name, value) -> headers.put(name, value.replace('\r', ' ').replace('\n', ' ')));
    if (!bodiless) {
      headers.put("content-length", Integer.toString(answer.body().length));
    }
    boolean empty = bodiless || method.equals("HEAD");
    return new AnswerHead(
        answer.status(), phrase(answer.status()), headers, empty ? EMPTY : answer.body());
  }

  private static String phrase(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 204 -> "No Content";
      case 301 -> "Moved Permanently";
      case 302 -> "Found";
      case 307 -> "Temporary Redirect";
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "";
    };
  }
}
