// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Log;
import io.inboard.call.Sockets;
import io.inboard.mesh.OpenPorts.Port;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.InboundSettings.UnknownServers;
import io.inboard.settings.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Servers and clients that no hook knows: none of the settings are in force for them, so they are
 * refused or named where they open a port or a connection. What the hooks know, and what the agent
 * itself opens, is left alone.
 *
 * <p>An error here keeps a port closed that was to be closed, and lets everything else pass.
 */
public final class MeshSockets implements Sockets {
  private static final String SERVER = "server";

  /** Ports that were open before the hooks were installed. */
  private static final String UNSEEN = "(opened unseen: before the agent, or by native code)";

  private final OpenPorts ports = new OpenPorts();
  private final Unmeshed unmeshed = new Unmeshed();
  private final UnmeshedClients clients = new UnmeshedClients(unmeshed);
  private final Errors errors = new Errors();

  /** The ports that the system says this process listens on. */
  private final Supplier<List<InetSocketAddress>> ofTheSystem;

  private final FoundEndpoints found;
  private volatile Rules rules = Rules.NONE;

  /** Which classes are known; none until the hooks are installed. */
  private volatile Predicate<Class<?>> known = new Nobody();

  /** Which classes are the agent's own; none until the hooks are installed. */
  private volatile Predicate<Class<?>> own = new Nobody();

  /** Where hooked clients bring TLS of the application's own; nowhere until the mesh is there. */
  private volatile Predicate<InetSocketAddress> ownTls = new Nowhere();

  /**
   * @param enabled the kill switch, which STRICT does not obey
   */
  private record Rules(boolean enabled, Optional<InboundSettings> inbound, GuardedHosts guarded) {
    static final Rules NONE = new Rules(false, Optional.empty(), GuardedHosts.NONE);

    /** What the settings secure a port by; empty: by nothing. */
    String secured(int port) {
      if (inbound.isEmpty() || inbound.get().exempts(port)) {
        return "";
      }
      if (inbound.get().mode(port) == MtlsMode.STRICT) {
        return "inbound.mtls is STRICT";
      }
      return enabled && !inbound.get().authorization().isEmpty()
          ? "authorization rules are in force"
          : "";
    }

    UnknownServers of(int port) {
      if (inbound.isEmpty() || inbound.get().exempts(port)) {
        return UnknownServers.IGNORE;
      }
      boolean secured = !secured(port).isEmpty();
      UnknownServers otherwise = secured ? UnknownServers.REFUSE : UnknownServers.WARN;
      UnknownServers said = inbound.get().unknownServers().orElse(otherwise);
      return enabled || secured ? said : UnknownServers.IGNORE;
    }

    /** Without an identity, rules and a word about it there is nothing to warn of. */
    boolean says(int port) {
      return inbound.isPresent()
          && of(port) != UnknownServers.IGNORE
          && (inbound.get().unknownServers().isPresent()
              || inbound.get().mode(port) != MtlsMode.DISABLE
              || !secured(port).isEmpty());
    }
  }

  private static final class Nobody implements Predicate<Class<?>> {
    @Override
    public boolean test(Class<?> opener) {
      return false;
    }
  }

  private static final class Nowhere implements Predicate<InetSocketAddress> {
    @Override
    public boolean test(InetSocketAddress remote) {
      return false;
    }
  }

  /**
   * @param found the endpoints that the mesh has found, at each question
   */
  public MeshSockets(FoundEndpoints found) {
    this(new SystemPorts(), found);
  }

  /** For ports that are handed in. */
  MeshSockets(Supplier<List<InetSocketAddress>> ofTheSystem, FoundEndpoints found) {
    this.ofTheSystem = ofTheSystem;
    this.found = found;
  }

  /** Sets which classes the hooks know, once they are installed. */
  public void known(Predicate<Class<?>> known) {
    this.known = known;
  }

  /**
   * Sets which classes are the agent's own. Their connections are no calls of the application: to a
   * collector, say, whose name leads to an endpoint.
   */
  public void own(Predicate<Class<?>> own) {
    this.own = own;
  }

  /** Sets where hooked clients bring TLS of the application's own. */
  public void ownTls(Predicate<InetSocketAddress> ownTls) {
    this.ownTls = ownTls;
  }

  /** Puts settings into force; ports that are open and would be refused now are named. */
  public void apply(Settings settings) {
    rules =
        new Rules(
            settings.enabled(), Optional.of(settings.inbound()), GuardedHosts.of(settings, found));
    for (Port port : ports.current()) {
      sayOpen(port);
    }
  }

  /**
   * Looks for ports that were open before the hooks were installed: of a debugger, of another
   * agent, or of an application that the agent was attached to. For a thread of its own.
   *
   * @param pauseMillis how long a port may take from its opening to {@link #opened}
   */
  public void lookForOlderPorts(long pauseMillis) throws InterruptedException {
    if (unseen().isEmpty()) {
      return;
    }
    Thread.sleep(pauseMillis);
    for (InetSocketAddress local : unseen()) {
      Port port = older(local);
      ports.add(port);
      sayOpen(port);
    }
  }

  private Set<InetSocketAddress> unseen() {
    Set<InetSocketAddress> all = new LinkedHashSet<>(ofTheSystem.get());
    List<Port> seen = ports.current();
    all.removeIf(local -> seen.stream().anyMatch(p -> p.number() == local.getPort()));
    return all;
  }

  private Port older(InetSocketAddress local) {
    InetAddress address = local.getAddress();
    BooleanSupplier open = () -> ofTheSystem.get().contains(local);
    return new Port(local, UNSEEN, false, address.isLoopbackAddress(), false, open);
  }

  @Override
  public Optional<String> opening(Listener listener) {
    int port = listener.local().getPort();
    try {
      return judge(OpenPorts.port(listener, isKnown(listener.opener()), () -> true));
    } catch (RuntimeException | LinkageError e) {
      errors.add("judging a port", e);
      return failsClosed(port)
          ? Optional.of("inboard: port " + port + " does not open: an error of ours")
          : Optional.empty();
    }
  }

  private Optional<String> judge(Port port) {
    Rules now = rules;
    if (port.hooked() || port.ownHostOnly() || now.of(port.number()) != UnknownServers.REFUSE) {
      return Optional.empty();
    }
    String because = now.secured(port.number());
    String refusal =
        "inboard: port "
            + port.number()
            + " does not open: "
            + port.opener()
            + " binds it, a server that no hook knows, and "
            + (because.isEmpty() ? "inbound.unknownServers is REFUSE" : because)
            + "; "
            + exemption(port);
    unmeshed.count(SERVER, port.opener(), "port " + port.number(), Unmeshed.REFUSED);
    Log.refusal("unknown-server " + port.number(), refusal.substring("inboard: ".length()));
    return Optional.of(refusal);
  }

  private static String exemption(Port port) {
    return port.chosen()
        ? "the system chose the port, give it a fixed one and exempt that by"
            + " inbound.portLevelMtls: {PORT: DISABLE}"
        : exemption(port.number());
  }

  private static String exemption(int port) {
    return "inbound.portLevelMtls: {" + port + ": DISABLE} exempts it";
  }

  @Override
  public void opened(Listener listener, BooleanSupplier open) {
    try {
      Port port = OpenPorts.port(listener, isKnown(listener.opener()), open);
      ports.add(port);
      if (!port.hooked() && !port.ownHostOnly()) {
        unmeshed.count(SERVER, port.opener(), "port " + port.number(), treatment(rules, port));
        sayOpen(port);
      }
    } catch (RuntimeException | LinkageError e) {
      errors.add("noting a port", e);
    }
  }

  /** Says of a port that is open, and that nobody secures, what it is: once. */
  private void sayOpen(Port port) {
    Rules now = rules;
    if (port.hooked() || port.ownHostOnly() || !now.says(port.number())) {
      return;
    }
    if (port.opener().equals(UNSEEN)) {
      Log.warnOnce(
          "older port " + port.number(),
          "port "
              + port.number()
              + " was opened before the agent looked: it is secured only if the hooks know its"
              + " server (`status` shows them); "
              + exemption(port));
      return;
    }
    boolean late = now.of(port.number()) == UnknownServers.REFUSE;
    String because = now.secured(port.number());
    Log.warnOnce(
        "unknown-server " + port.number() + ' ' + port.opener() + ' ' + late,
        "port "
            + port.number()
            + " is open by "
            + port.opener()
            + ", a server that no hook knows: neither mutual TLS nor authorization is in force"
            + " there"
            + (late
                ? ", although "
                    + (because.isEmpty() ? "inbound.unknownServers is REFUSE" : because)
                    + "; it was open before and is not closed, the next start refuses it"
                : "")
            + "; "
            + exemption(port));
  }

  /** How many ports are open that were seen when they were opened. */
  public int open() {
    return ports.current().size();
  }

  @Override
  public boolean failsClosed(int localPort) {
    return rules.of(localPort) == UnknownServers.REFUSE;
  }

  @Override
  public boolean failsClosed(InetSocketAddress remote) {
    GuardedHosts guarded = rules.guarded;
    try {
      return guarded.find(remote).filter(MeshSockets::refuses).isPresent();
    } catch (RuntimeException | LinkageError e) {
      return guarded.refusesAny();
    }
  }

  @Override
  public boolean watches(InetSocketAddress remote) {
    GuardedHosts guarded = rules.guarded;
    try {
      return guarded.find(remote).isPresent();
    } catch (RuntimeException | LinkageError e) {
      errors.add("looking up a connection", e);
      return guarded.refusesAny();
    }
  }

  private static boolean refuses(DestinationSettings destination) {
    return destination.unknownClients() == UnknownClients.REFUSE;
  }

  @Override
  public Optional<String> connecting(InetSocketAddress remote, Class<?> opener) {
    try {
      GuardedHosts now = rules.guarded;
      Optional<DestinationSettings> found = now.find(remote);
      if (found.isEmpty() || own.test(opener)) {
        return Optional.empty();
      }
      Optional<String> refusal = Optional.empty();
      if (!isKnown(opener)) {
        refusal = clients.unknown(found.get(), name(opener));
      } else if (now.isStray(remote) && !ownTls.test(remote)) {
        refusal = clients.stray(found.get(), remote, name(opener));
      }
      return refusal.map("inboard: "::concat);
    } catch (RuntimeException | LinkageError e) {
      errors.add("judging a connection", e);
      return failsClosed(remote)
          ? Optional.of("inboard: no connection to " + remote + ": an error of ours")
          : Optional.empty();
    }
  }

  private boolean isKnown(Class<?> opener) {
    return known.test(opener);
  }

  /** A class as a person looks for it: without the anonymous ones in it. */
  static String name(Class<?> opener) {
    String name = opener.getName();
    int inner = name.indexOf('$');
    return inner > 0 ? name.substring(0, inner) : name;
  }

  public SocketsStatus status() {
    Rules now = rules;
    List<PortStatus> listening = new ArrayList<>();
    List<Port> all = new ArrayList<>(ports.current());
    unseen().forEach(local -> all.add(older(local)));
    for (Port port : all) {
      PortStatus line =
          new PortStatus(port.number(), port.address(), port.opener(), treatment(now, port));
      if (!listening.contains(line)) {
        listening.add(line); // One of several sockets on a port, otherwise.
      }
    }
    return new SocketsStatus(listening, unmeshed.counts(), errors.count());
  }

  private static String treatment(Rules now, Port port) {
    if (port.hooked()) {
      return "hooked, " + now.inbound.map(i -> i.mode(port.number())).orElse(MtlsMode.DISABLE);
    }
    if (port.ownHostOnly()) {
      return "this host only";
    }
    if (now.inbound.isPresent() && now.inbound.get().exempts(port.number())) {
      return "exempt by portLevelMtls";
    }
    if (port.opener().equals(UNSEEN)) {
      return "secured if the hooks know its server";
    }
    return switch (now.of(port.number())) {
      case REFUSE -> "not secured; open before it would have been refused";
      case WARN -> Unmeshed.NOT_SECURED;
      case IGNORE -> "not secured, ignored";
    };
  }

  /** A listening port, and how it is treated. */
  public record PortStatus(int port, String address, String server, String treatment) {}

  /**
   * For {@code status}.
   *
   * @param unmeshed libraries that no hook knows, with counts
   * @param errors of ours; 0 unless there is a bug
   */
  public record SocketsStatus(
      List<PortStatus> listening, List<Unmeshed.Count> unmeshed, long errors) {
    /** The same, with the calls of hooked libraries that went around the mesh. */
    public SocketsStatus with(OutboundStatus outbound) {
      List<Unmeshed.Count> all = new ArrayList<>(unmeshed);
      all.addAll(outbound.unmeshed());
      return new SocketsStatus(listening, all, errors);
    }
  }
}
