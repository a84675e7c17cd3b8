// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import shop.common.Figures;

/** {@link Figures} as JSON. */
@RestController
class FiguresController {
  private final Figures figures = new Figures();

  @GetMapping("/figures")
  Map<String, Long> figures(@RequestParam(value = "gc", defaultValue = "false") boolean gc) {
    return figures.now(gc);
  }
}
