// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls;
import io.inboard.call.PeerIdentity;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection.Next;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** The first bytes of connections, on byte arrays and a clock of the test's own. */
final class InboundConnectionTest {
  private static final byte[] HELLO = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00};
  private static final int DEADLINE = 10_000;
  private static final SocketAddress REMOTE = new InetSocketAddress("10.0.0.7", 4711);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
  private final Port port = new Port();
  private final Bytes peer = new Bytes();

  @Test
  void aHelloInOneBytePiecesIsTlsAndHandedToTheHandshakeWhole() throws Exception {
    for (InboundTls.Mode mode : List.of(InboundTls.Mode.STRICT, InboundTls.Mode.PERMISSIVE)) {
      InboundConnection connection = connection(mode, 17 * 1024);
      assertThat(connection.next(peer)).isEqualTo(Next.WAIT);
      peer.sends(Arrays.copyOf(HELLO, 1));
      assertThat(connection.next(peer)).isEqualTo(Next.WAIT);
      assertThat(connection.isUndecided()).isTrue();
      peer.sends(Arrays.copyOfRange(HELLO, 1, 2));
      assertThat(connection.next(peer)).isEqualTo(Next.TLS);
      assertThat(connection.isTls()).isTrue();
      assertThat(connection.isMutualTls()).isFalse();
      assertThat(connection.mayWritePlaintext()).isFalse();
      assertThat(bytes(connection.taken())).containsExactly(0x16, 0x03);
    }
    assertThat(port.told).isEmpty();
  }

  @Test
  void aReaderOfTwoBytesLeavesTheRestOfTheHelloWhereItIs() throws Exception {
    InboundConnection connection =
        connection(InboundTls.Mode.STRICT, InboundConnection.FEWEST_BYTES);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    assertThat(bytes(connection.taken())).containsExactly(0x16, 0x03);
    assertThat(peer.left()).isEqualTo(HELLO.length - 2);
  }

  @Test
  void whoHasShakenHandsIsCountedAndKnown() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.STRICT, 100);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    assertThat(connection.peer()).isEmpty();
    port.peer = Optional.of(GateTest.somebody());
    assertThat(connection.established(null)).isTrue();
    assertThat(connection.isMutualTls()).isTrue();
    assertThat(connection.peer()).isEqualTo(port.peer);
    connection.closed();
    pass(DEADLINE + 1);
    connection.closed();
    assertThat(port.told).containsExactly("accepted mutual");
  }

  @Test
  void whoProvesNothingInTheEndIsRefused() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.PERMISSIVE, 100);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    assertThat(connection.established(null)).isFalse();
    assertThat(connection.isMutualTls()).isFalse();
    assertThat(port.told).containsExactly("refused EXPIRED");
  }

  @Test
  void aHandshakeThatFailsIsCountedOnceForItsReason() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.STRICT, 100);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    connection.failed(
        new SSLHandshakeException("no").initCause(new PeerRefusedException(Refusal.WEAK, "weak")));
    connection.failed(new SSLException("closed"));
    pass(DEADLINE + 1);
    connection.closed();
    assertThat(port.told).containsExactly("refused WEAK");
  }

  @Test
  void aHandshakeHasADeadlineHoweverItsBytesCome() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.STRICT, 100);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    pass(DEADLINE);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    pass(1);
    assertThat(connection.next(peer)).isEqualTo(Next.CLOSE);
    assertThat(connection.next(peer)).isEqualTo(Next.CLOSE);
    assertThat(port.told).containsExactly("refused TIMEOUT");
  }

  @Test
  void aServersTimerMayEndAHandshakeAMomentBeforeItsDeadline() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.STRICT, 100);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.TLS);
    pass(DEADLINE - 3);
    connection.closed();
    assertThat(port.told).isEmpty();
    pass(2);
    connection.closed();
    assertThat(port.told).containsExactly("refused TIMEOUT");
  }

  @Test
  void plaintextIsHandedOnWholeWhereItIsServed() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.PERMISSIVE, 100);
    assertThat(connection.mayWritePlaintext()).isTrue();
    peer.sends(ascii("GET / HTTP/1.1\r\n"));
    assertThat(connection.next(peer)).isEqualTo(Next.PLAIN);
    assertThat(connection.isPlain()).isTrue();
    ByteBuffer target = ByteBuffer.allocate(5);
    assertThat(connection.handOn(target)).isEqualTo(5);
    assertThat(connection.early()).isEqualTo(11);
    target = ByteBuffer.allocate(100);
    assertThat(connection.handOn(target)).isEqualTo(11);
    assertThat(connection.handOn(target)).isZero();
    assertThat(text(target.flip())).isEqualTo(" HTTP/1.1\r\n");
    assertThat(port.told).containsExactly("accepted plaintext");
  }

  @Test
  void bytesThatBeginAlmostLikeTlsArePlaintext() throws Exception {
    InboundConnection permissive = connection(InboundTls.Mode.PERMISSIVE, 2);
    peer.sends(new byte[] {0x16, 0x04});
    assertThat(permissive.next(peer)).isEqualTo(Next.PLAIN);
    InboundConnection strict = connection(InboundTls.Mode.STRICT, 2);
    peer.sends(new byte[] {0x16, 0x04});
    assertThat(strict.next(peer)).isEqualTo(Next.CLOSE);
    assertThat(port.told).containsExactly("accepted plaintext", "refused PLAINTEXT");
  }

  @Test
  void plaintextHttpOnAStrictPortIsAnsweredInPlainWordsAndReadToItsEnd() throws Exception {
    for (int capacity : new int[] {2, 17 * 1024}) {
      Bytes slow = new Bytes();
      InboundConnection connection = connection(InboundTls.Mode.STRICT, capacity);
      assertThat(connection.mayWritePlaintext()).isFalse();
      for (char c : "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab".toCharArray()) {
        slow.sends(new byte[] {(byte) c});
        assertThat(connection.next(slow)).isEqualTo(Next.WAIT);
      }
      assertThat(slow.answered).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("mutual TLS");
      assertThat(slow.shut).isTrue();
      assertThat(slow.lingers).isEqualTo(1);
      slow.sends(ascii("c"));
      assertThat(connection.next(slow)).isEqualTo(Next.CLOSE);
      assertThat(connection.next(slow)).isEqualTo(Next.CLOSE);
      assertThat(connection.mayWritePlaintext()).isFalse();
    }
    assertThat(port.told).containsExactly("refused PLAINTEXT", "refused PLAINTEXT");
  }

  @Test
  void aWholeRequestIsAnsweredAndClosedAtOnceWithoutAWait() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.STRICT, 17 * 1024);
    peer.sends(ascii("HEAD / HTTP/1.1\r\n\r\n"));
    assertThat(connection.next(peer)).isEqualTo(Next.CLOSE);
    assertThat(peer.answered).startsWith("HTTP/1.1 400 ").doesNotContain("This port");
    assertThat(peer.lingers).isZero();
  }

  @Test
  void withoutTimeToLingerThePeerIsClosedAtOnce() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.STRICT, 17 * 1024);
    peer.mayLinger = false;
    peer.sends(ascii("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n"));
    assertThat(connection.next(peer)).isEqualTo(Next.CLOSE);
    assertThat(peer.answered).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void garbageOnAStrictPortIsClosedWithoutAnAnswer() throws Exception {
    for (byte[] garbage : List.of(new byte[] {0}, ascii("SSH-2.0-x\r\n"), ascii("PROXY TCP4 "))) {
      Bytes foreign = new Bytes();
      InboundConnection connection = connection(InboundTls.Mode.STRICT, 100);
      foreign.sends(garbage);
      assertThat(connection.next(foreign)).isEqualTo(Next.CLOSE);
      assertThat(foreign.answered).isEmpty();
      assertThat(foreign.lingers).isZero();
    }
    assertThat(port.told).hasSize(3).containsOnly("refused PLAINTEXT");
  }

  @Test
  void anEndBeforeItIsClearWhatComesIsCountedByNobody() throws Exception {
    for (byte[] begun : List.of(new byte[0], new byte[] {0x16})) {
      Bytes probe = new Bytes();
      probe.sends(begun).ends();
      assertThat(connection(InboundTls.Mode.STRICT, 100).next(probe)).isEqualTo(Next.CLOSE);
      InboundConnection permissive = connection(InboundTls.Mode.PERMISSIVE, 100);
      probe = new Bytes();
      probe.sends(begun).ends();
      assertThat(permissive.next(probe)).isEqualTo(Next.PLAIN);
      assertThat(permissive.early()).isEqualTo(begun.length);
    }
    assertThat(port.told).isEmpty();
  }

  @Test
  void anEndInTheMiddleOfARefusedRequestEndsTheWait() throws Exception {
    for (String begun : List.of("GE", "POST / HTTP/1.1\r\nContent-Len")) {
      Bytes gone = new Bytes();
      gone.sends(ascii(begun)).ends();
      assertThat(connection(InboundTls.Mode.STRICT, 100).next(gone)).isEqualTo(Next.CLOSE);
    }
  }

  @Test
  void aPortThatIsLeftAloneIsNeverRead() throws Exception {
    InboundConnection connection = connection(InboundTls.Mode.DISABLE, 100);
    peer.sends(HELLO);
    assertThat(connection.next(peer)).isEqualTo(Next.PLAIN);
    assertThat(peer.left()).isEqualTo(HELLO.length);
    port.mode = InboundTls.Mode.STRICT;
    InboundConnection unix =
        new InboundConnection(port, new SocketAddress() {}, REMOTE, 100, now::get);
    assertThat(unix.next(peer)).isEqualTo(Next.PLAIN);
    assertThat(port.told).isEmpty();
  }

  @Test
  void onlyAStrictPortBoundsTheWaitForTheFirstByte() throws Exception {
    assertThat(connection(InboundTls.Mode.PERMISSIVE, 2).awaitsHandshake()).isFalse();
    InboundConnection strict = connection(InboundTls.Mode.STRICT, 2);
    assertThat(strict.awaitsHandshake()).isTrue();
    peer.sends(HELLO);
    strict.next(peer);
    assertThat(strict.awaitsHandshake()).isFalse();
  }

  private InboundConnection connection(InboundTls.Mode mode, int capacity) {
    port.mode = mode;
    return new InboundConnection(
        port, new InetSocketAddress("10.0.0.1", 8443), REMOTE, capacity, now::get);
  }

  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(ByteBuffer from) {
    byte[] all = new byte[from.remaining()];
    from.get(all);
    return all;
  }

  private static String text(ByteBuffer from) {
    return new String(bytes(from), StandardCharsets.US_ASCII);
  }

  /** What a peer sends, as a channel that does not block gives it. */
  private static final class Bytes implements InboundConnection.Peer {
    private final ArrayDeque<Byte> sent = new ArrayDeque<>();
    private boolean ended;
    private boolean mayLinger = true;
    private String answered = "";
    private boolean shut;
    private int lingers;

    Bytes sends(byte[] bytes) {
      for (byte b : bytes) {
        sent.add(b);
      }
      return this;
    }

    void ends() {
      ended = true;
    }

    int left() {
      return sent.size();
    }

    @Override
    public int read(ByteBuffer into) {
      int count = 0;
      while (into.hasRemaining() && !sent.isEmpty()) {
        into.put(sent.remove());
        count++;
      }
      return count == 0 && ended ? -1 : count;
    }

    @Override
    public void write(ByteBuffer answer) {
      answered += text(answer);
    }

    @Override
    public void shutdownOutput() {
      shut = true;
    }

    @Override
    public boolean linger() {
      lingers++;
      return mayLinger;
    }
  }

  /** A port whose counts are kept. */
  private static final class Port implements InboundTls {
    private final List<String> told = new ArrayList<>();
    private InboundTls.Mode mode;
    private Optional<PeerIdentity> peer = Optional.empty();

    @Override
    public InboundTls.Mode mode(int localPort) {
      return mode;
    }

    @Override
    public SSLEngine engine(List<String> preferred, List<String> possible) {
      throw new AssertionError("the adapter makes engines");
    }

    @Override
    public Optional<PeerIdentity> peer(SSLSession session) {
      return peer;
    }

    @Override
    public int handshakeMillis() {
      return DEADLINE;
    }

    @Override
    public void accepted(int localPort, boolean mutual) {
      assertThat(localPort).isEqualTo(8443);
      told.add(mutual ? "accepted mutual" : "accepted plaintext");
    }

    @Override
    public void refused(int localPort, InetSocketAddress remote, Refusal why) {
      assertThat(remote).isEqualTo(REMOTE);
      told.add("refused " + why);
    }
  }
}
