// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import java.io.IOException;
import java.net.URI;
import okhttp3.ResponseBody;
import retrofit2.Call;
import retrofit2.Response;
import retrofit2.Retrofit;
import retrofit2.converter.scalars.ScalarsConverterFactory;
import retrofit2.http.Body;
import retrofit2.http.GET;
import retrofit2.http.POST;
import retrofit2.http.Url;

/** Calls by Retrofit over the OkHttp client that it makes itself. */
final class RetrofitCaller implements Caller {
  private final Api api =
      new Retrofit.Builder()
          .baseUrl("http://payments/")
          .addConverterFactory(ScalarsConverterFactory.create())
          .build()
          .create(Api.class);

  @Override
  public Answer call(String method, URI url, String body) throws IOException {
    Response<String> response =
        (body == null ? api.get(url.toString()) : api.post(url.toString(), body)).execute();
    try (ResponseBody error = response.errorBody()) {
      return new Answer(response.code(), error == null ? response.body() : error.string());
    }
  }

  /** As an application declares it, but for the URL, which is the caller's. */
  interface Api {
    @GET
    Call<String> get(@Url String url);

    @POST
    Call<String> post(@Url String url, @Body String body);
  }
}
