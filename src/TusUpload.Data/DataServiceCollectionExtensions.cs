using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

using TusUpload.Data.Batches;
using TusUpload.Data.Content;
using TusUpload.Data.Files;
using TusUpload.Data.Migrations;
using TusUpload.Data.Nodes;
using TusUpload.Data.Outbox;
using TusUpload.Data.Secrets;
using TusUpload.Data.Sessions;
using TusUpload.Data.Signals;
using TusUpload.Data.Users;

namespace TusUpload.Data;

public static class DataServiceCollectionExtensions
{
    /// <summary>
    /// The data source, the model and the schema upgrade. <paramref name="connectionString"/> is asked when the first connection is needed, so an
    /// embedded database may still be starting when the container is built.
    /// </summary>
    public static IServiceCollection AddData(this IServiceCollection services, Func<IServiceProvider, string> connectionString)
    {
        services.AddSingleton(provider => NpgsqlDataSource.Create(WithDefaults(connectionString(provider)).ConnectionString));
        services.AddKeyedSingleton(
            NodeHeartbeats.Connection, (provider, _) => NpgsqlDataSource.Create(Alone(WithDefaults(connectionString(provider)))));
        services.AddKeyedSingleton(
            DatabaseSignals.Connection, (provider, _) => NpgsqlDataSource.Create(Alone(WithDefaults(connectionString(provider)))));
        services.AddPooledDbContextFactory<TusUploadDb>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>(), Configure).UseSnakeCaseNamingConvention());
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TusUploadDb>>().CreateDbContext());
        services.AddSingleton<SchemaUpgrade>();
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<NodeHeartbeats>();
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<SessionCreation>();
        services.AddSingleton<SessionLeases>();
        services.AddSingleton<LeaseRequests>();
        services.AddSingleton<ServerSecrets>();
        services.AddSingleton<SessionKeys>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<SessionConcatenation>();
        services.AddSingleton<SessionJoins>();
        services.AddSingleton<SessionCommits>();
        services.AddSingleton<SessionLengths>();
        services.AddSingleton<SessionEndings>();
        services.AddSingleton<SessionChunks>();
        services.AddSingleton<ContentRows>();
        services.AddSingleton<ContentMultiparts>();
        services.AddSingleton<ContentHandOver>();
        services.AddSingleton<FileProcessing>();
        services.AddSingleton<WaitingFiles>();
        services.AddSingleton<FileDeletion>();
        services.AddSingleton<FileRenaming>();
        services.AddSingleton<BatchSealing>();
        services.AddSingleton<OutboxFeed>();
        services.AddSingleton<DatabaseSignals>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseSignals>());
        return services;
    }

    internal static void Configure(NpgsqlDbContextOptionsBuilder npgsql) =>
        npgsql.MigrationsHistoryTable("migrations", TusUploadDb.Schema);

    /// <summary>What the hot paths need and an owner's connection string seldom says; what it does say stays.</summary>
    private static NpgsqlConnectionStringBuilder WithDefaults(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.ApplicationName ??= "tus-upload";
        if (!builder.ContainsKey("Max Auto Prepare"))
        {
            // Measured: an append costs less than half with a prepared plan.
            builder.MaxAutoPrepare = 100;
            builder.AutoPrepareMinUsages = 2;
        }

        return builder;
    }

    private static string Alone(NpgsqlConnectionStringBuilder builder)
    {
        builder.MinPoolSize = 0;
        builder.MaxPoolSize = 1;
        if (builder.KeepAlive == 0)
        {
            // A listening connection sends nothing by itself; without this a cut one would look alive for ever.
            builder.KeepAlive = 30;
        }

        return builder.ConnectionString;
    }
}
