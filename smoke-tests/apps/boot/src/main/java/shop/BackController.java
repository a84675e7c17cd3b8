// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** What a service behind another one answers. */
@RestController
class BackController {
  private final String name;
  private final Ledger ledger;
  private final Failure failure;

  BackController(@Value("${shop.name:back}") String name, Ledger ledger, Failure failure) {
    this.name = name;
    this.ledger = ledger;
    this.failure = failure;
  }

  @GetMapping("/hello")
  String hello() {
    ledger.count("hello");
    failure.check();
    return "hello from " + name;
  }

  @GetMapping("/items/{id}")
  String item(@PathVariable("id") int id) {
    ledger.count("items");
    failure.check();
    return "item " + id + " of " + name;
  }

  @GetMapping("/async-items/{id}")
  Callable<String> asyncItem(@PathVariable("id") int id) {
    return () -> item(id);
  }

  @GetMapping("/slow")
  String slow(@RequestParam("millis") long millis) throws InterruptedException {
    ledger.count("slow");
    Thread.sleep(millis);
    return "slowly from " + name;
  }

  /** The headers that arrived, names in lower case, and the URL as the container sees it. */
  @GetMapping("/headers")
  Map<String, String> headers(@RequestHeader HttpHeaders headers) {
    Map<String, String> all = new TreeMap<>();
    headers.forEach((key, values) -> all.put(key.toLowerCase(), String.join(",", values)));
    all.put("url", ServletUriComponentsBuilder.fromCurrentRequest().toUriString());
    return all;
  }

  /** Paid at the moment it arrives, whatever is answered then. */
  @PostMapping("/pay")
  String pay(@RequestBody String id) {
    ledger.pay(id);
    failure.check();
    return "paid " + id + " to " + name;
  }

  @GetMapping("/counts")
  Map<String, Integer> counts() {
    return ledger.counts();
  }

  /** From now on {@code status} is answered, until it is set to 0. */
  @PostMapping("/fail")
  void fail(@RequestParam("status") int status) {
    failure.set(status);
  }
}
