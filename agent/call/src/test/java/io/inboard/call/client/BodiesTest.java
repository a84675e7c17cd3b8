// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Copies of bodies keep their bounds, and answers look like responses. */
final class BodiesTest {
  private static final byte[] BYTES = "0123456789".getBytes(UTF_8);

  @Test
  void aBodyOfUnknownLengthIsWholeAtItsEnd() {
    BodyTap tap = new BodyTap(10, -1);
    tap.add(BYTES, 0, 10);
    assertThat(tap.whole(false)).isEmpty();
    assertThat(tap.whole(true)).contains(BYTES);
  }

  @Test
  void aBodyOfKnownLengthIsWholeWhenAllOfItCame() {
    BodyTap tap = new BodyTap(10, 6);
    tap.add(BYTES, 0, 3);
    assertThat(tap.whole(true)).isEmpty();
    tap.add(BYTES, 3, 3);
    assertThat(tap.whole(false)).hasValueSatisfying(b -> assertThat(b).hasSize(6));
  }

  @Test
  void aBodyThatIsTooLongIsNotCopied() {
    BodyTap tap = new BodyTap(9, -1);
    assertThat(tap.isFull()).isFalse();
    tap.add(BYTES, 0, 10);
    assertThat(tap.isFull()).isTrue();
    assertThat(tap.whole(true)).isEmpty();
    assertThat(new BodyTap(9, 10).isFull()).isTrue();
  }

  @Test
  void aBodyThatIsReadOutOfOrderIsNotCopied() {
    BodyTap tap = new BodyTap(10, -1);
    tap.add(BYTES, 0, 2);
    tap.forget();
    tap.add(BYTES, 0, 2);
    assertThat(tap.whole(true)).isEmpty();
  }

  @Test
  void aOneShotBodyIsKeptAsFarAsTheMeshLetsUsAndAsksOnce() {
    List<Integer> questions = new ArrayList<>();
    Call call = keeping(600, questions);
    KeptBody kept = new KeptBody();
    byte[] piece = new byte[300];
    kept.add(call, piece, 0, 1);
    kept.add(call, piece, 0, 300);
    assertThat(kept.isWhole()).isTrue();
    assertThat(kept.bytes()).hasValueSatisfying(b -> assertThat(b).hasSize(301));
    kept.add(call, piece, 0, 300);
    kept.add(call, piece, 0, 300);
    assertThat(kept.isWhole()).isFalse();
    assertThat(kept.bytes()).isEmpty();
    // A step at once for single bytes, and no question after a refusal.
    assertThat(questions).containsExactly(256, 256, 256);
  }

  @Test
  void anAnswerHasTheLengthOfItsBodyAndNoLineBreakInAHeader() {
    Step.Answer answer = new Step.Answer(200, Map.of("x-a", "b\r\nset-cookie: c"), BYTES);
    AnswerHead get = AnswerHead.of(answer, "GET");
    assertThat(get.reason()).isEqualTo("OK");
    assertThat(get.headers()).containsEntry("content-length", "10");
    assertThat(get.headers()).containsEntry("x-a", "b  set-cookie: c");
    assertThat(get.body()).isEqualTo(BYTES);
    AnswerHead head = AnswerHead.of(answer, "HEAD");
    assertThat(head.headers()).containsEntry("content-length", "10");
    assertThat(head.body()).isEmpty();
    AnswerHead none = AnswerHead.of(new Step.Answer(204, Map.of(), BYTES), "GET");
    assertThat(none.headers()).isEmpty();
    assertThat(none.body()).isEmpty();
  }

  private static Call keeping(int most, List<Integer> questions) {
    return new Call() {
      private int kept;

      @Override
      public boolean mayKeep(int more) {
        questions.add(more);
        kept += more;
        return kept <= most;
      }

      @Override
      public Step first() {
        return Step.DELIVER;
      }

      @Override
      public Step responded(Attempt attempt, int status, HeaderView headers) {
        return Step.DELIVER;
      }

      @Override
      public Step failed(Attempt attempt, Throwable error, Progress progress) {
        return Step.DELIVER;
      }

      @Override
      public void abandoned() {}

      @Override
      public void done() {}
    };
  }
}
