// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What a new mutual TLS connection costs, and whether an optional BoringSSL provider would pay:
 * {@code smoke-tests/benchmarks/run handshake}, with {@code JAVA_HOME} for another JDK.
 *
 * <p>Both sides together, in memory, TLS 1.3, P-256 certificates. Compare within a run: the CPU
 * figures below come from a busy machine, where each is some two to three times that of a quiet
 * one; bytes are exact.
 *
 * <pre>
 * JDK 17            CPU us/handshake  bytes/handshake  CPU us/exchange  bytes/exchange
 * jdk by hand                  12971           514023             5.33            5296
 * inboard                      14103           626608             5.24            5360
 * inboard, resumed              3961           485131             5.37            5360
 * boringssl                     1084            64903             3.36             160
 * </pre>
 *
 * <p>A resumed handshake costs less than a third of a full one; a second connection of a client to
 * the same instance is one. Small records differ by 2 us between the two, which is nothing beside a
 * request. So BoringSSL could pay for churn of connections only: the JDK's full handshake takes 5
 * ms of a core on JDK 17 and 2.3 on 25 for both sides, BoringSSL's 0.65 (quiet machine; the
 * project's first measurement). At one new connection a second that is 0.4 % and 0.2 % of a core;
 * it takes some 25 (JDK 17) or 60 (JDK 25) a second and core, none of them resumed, to win a tenth
 * of the core. Mesh connections are kept, without the server's limit on requests, so a service is
 * far below that unless its clients are many and short-lived.
 *
 * <p>It would cost: 1.1 to 1.4 MB of native library for each platform (five of them: 6.2 MB, half
 * of what our jar may weigh; Netty's handler, codec, buffer and common classes come to 2.6 MB more,
 * unless we bind to the library ourselves), native memory that a heap dump does not show, and
 * security updates of a second TLS library on our calendar, not the JDK's. Recommended: no
 * provider. The remedy for churn is JDK 25 and resumption; look again when somebody shows more than
 * 25 full handshakes a second and core.
 */
package io.inboard.benchmarks.handshake;
