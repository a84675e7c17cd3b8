// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** A session of a peer with this chain. */
final class FixedSession implements SSLSession {
  /** How often the chain was asked for. */
  int asked;

  private final Certificate[] chain;
  private final Map<String, Object> values = new HashMap<>();

  FixedSession(List<X509Certificate> chain) {
    this.chain = chain.toArray(new Certificate[0]);
  }

  @Override
  public Certificate[] getPeerCertificates() {
    asked++;
    return chain.clone();
  }

  @Override
  public void putValue(String name, Object value) {
    values.put(name, value);
  }

  @Override
  public Object getValue(String name) {
    return values.get(name);
  }

  @Override
  public void removeValue(String name) {
    values.remove(name);
  }

  @Override
  public String[] getValueNames() {
    return values.keySet().toArray(new String[0]);
  }

  @Override
  public byte[] getId() {
    return new byte[0];
  }

  @Override
  public SSLSessionContext getSessionContext() {
    return null;
  }

  @Override
  public long getCreationTime() {
    return 0;
  }

  @Override
  public long getLastAccessedTime() {
    return 0;
  }

  @Override
  public void invalidate() {}

  @Override
  public boolean isValid() {
    return true;
  }

  @Override
  public Certificate[] getLocalCertificates() {
    return null;
  }

  @Override
  public Principal getPeerPrincipal() {
    return null;
  }

  @Override
  public Principal getLocalPrincipal() {
    return null;
  }

  @Override
  public String getCipherSuite() {
    return "";
  }

  @Override
  public String getProtocol() {
    return "";
  }

  @Override
  public String getPeerHost() {
    return "";
  }

  @Override
  public int getPeerPort() {
    return 0;
  }

  @Override
  public int getPacketBufferSize() {
    return 0;
  }

  @Override
  public int getApplicationBufferSize() {
    return 0;
  }
}
