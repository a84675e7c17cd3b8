// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import java.io.File;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;
import org.jboss.resteasy.plugins.server.servlet.HttpServletDispatcher;

/**
 * Serves by Jersey ({@code /jersey/items/7}), RESTEasy ({@code /resteasy/items/7}) and a servlet
 * ({@link BackServlet}), all on Tomcat; calls others by {@link Callers}. Arguments: port, name.
 * {@code /call?url=&client=feign|retrofit|...&method=&body=}
 */
public final class FrameworksService {
  private FrameworksService() {}

  public static void main(String[] arguments) throws LifecycleException {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(new File("tomcat").getAbsolutePath());
    Connector connector = new Connector();
    connector.setPort(Integer.parseInt(arguments[0]));
    connector.setProperty("address", "127.0.0.1");
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", new File(".").getAbsolutePath());
    Tomcat.addServlet(context, "call", new CallServlet());
    context.addServletMappingDecoded("/call", "call");
    Tomcat.addServlet(context, "back", new BackServlet());
    context.addServletMappingDecoded("/flaky/*", "back");
    context.addServletMappingDecoded("/count/*", "back");
    Wrapper jersey =
        Tomcat.addServlet(context, "jersey", new ServletContainer(new ResourceConfig(Items.class)));
    jersey.setLoadOnStartup(1);
    context.addServletMappingDecoded("/jersey/*", "jersey");
    Wrapper resteasy = Tomcat.addServlet(context, "resteasy", new HttpServletDispatcher());
    resteasy.addInitParameter("jakarta.ws.rs.Application", RestEasyApplication.class.getName());
    resteasy.addInitParameter("resteasy.servlet.mapping.prefix", "/resteasy");
    resteasy.setLoadOnStartup(2);
    context.addServletMappingDecoded("/resteasy/*", "resteasy");
    tomcat.start();
    System.out.println(arguments[1] + " listens on " + arguments[0]);
    tomcat.getServer().await();
  }
}
