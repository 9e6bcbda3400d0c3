using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

using Polly;
using Polly.Timeout;

using TusUpload.Pipeline.Storage.Local;
using TusUpload.Pipeline.Storage.S3;
using TusUpload.Pipeline.Storage.Supabase;

namespace TusUpload.Pipeline.Storage;

/// <summary>The object store that <c>Storage:Kind</c> names, and what it needs.</summary>
internal static class StorageSetup
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public static void AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsRules>();
        services.AddSingleton<ObjectBuckets>();
        services.AddKeyedSingleton<IObjectStorage, LocalObjectStorage>(LocalObjectStorage.Name);
        services.AddS3();
        services.AddSupabase();
        services.AddSingleton(provider =>
            provider.GetRequiredKeyedService<IObjectStorage>(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Kind));
        services.AddHostedService<StorageStart>();
    }

    private static void AddS3(this IServiceCollection services)
    {
        services.AddOptions<S3StorageOptions>().BindConfiguration(S3StorageOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<S3StorageOptions>, S3StorageOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<S3StorageOptions>, S3StorageOptionsRules>();
        services.AddSingleton<S3Buckets>();
        services.AddKeyedSingleton<IObjectStorage, S3ObjectStorage>(S3ObjectStorage.Name);
    }

    private static void AddSupabase(this IServiceCollection services)
    {
        services.AddOptions<SupabaseStorageOptions>().BindConfiguration(SupabaseStorageOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SupabaseStorageOptions>, SupabaseStorageOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<SupabaseStorageOptions>, SupabaseStorageOptionsRules>();
        services.AddSingleton<SupabaseHttp>();
        services.AddSingleton<SupabaseStorageClient>();
        services.AddKeyedSingleton<IObjectStorage, SupabaseObjectStorage>(SupabaseObjectStorage.Name);
        services.AddHttpClient(SupabaseHttp.Sending).Configured();
        services.AddHttpClient(SupabaseHttp.Asking).Configured().AddResilienceHandler(SupabaseHttp.Asking, (pipeline, context) =>
        {
            var options = context.ServiceProvider.GetRequiredService<IOptions<SupabaseStorageOptions>>().Value;
            if (options.Retries > 0)
            {
                pipeline.AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = FirstPause,
                    MaxDelay = LongestPause,
                    ShouldHandle = async attempt => attempt.Outcome.Result is { } answer
                        ? await MayPassAsync(answer, attempt.Context.CancellationToken)
                        : attempt.Outcome.Exception is HttpRequestException or SocketException or TimeoutRejectedException,
                });
            }

            pipeline.AddTimeout(options.RequestTimeout);
        });
    }

    // Limits are by request, and the factory's logs would tell of every object.
    private static IHttpClientBuilder Configured(this IHttpClientBuilder builder) => builder
        .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
        .UseSocketsHttpHandler((handler, _) =>
        {
            handler.ConnectTimeout = TimeSpan.FromSeconds(10);
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            handler.AllowAutoRedirect = false;
        })
        .RemoveAllLoggers();

    private static async ValueTask<bool> MayPassAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        answer.StatusCode >= HttpStatusCode.BadRequest && (await SupabaseStorageException.ReadAsync(answer, cancellationToken)).MayPass;
}
