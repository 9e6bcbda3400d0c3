using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

using TusUpload.Data.ApiKeys;
using TusUpload.Data.Audit;
using TusUpload.Data.Batches;
using TusUpload.Data.Connections;
using TusUpload.Data.Content;
using TusUpload.Data.Files;
using TusUpload.Data.Folders;
using TusUpload.Data.Idempotency;
using TusUpload.Data.Janitors;
using TusUpload.Data.Links;
using TusUpload.Data.Migrations;
using TusUpload.Data.Moves;
using TusUpload.Data.Nodes;
using TusUpload.Data.Outbox;
using TusUpload.Data.Secrets;
using TusUpload.Data.Sessions;
using TusUpload.Data.Signals;
using TusUpload.Data.Trash;
using TusUpload.Data.Users;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data;

public static class DataServiceCollectionExtensions
{
    /// <summary>
    /// The data source, the model and the schema upgrade. <paramref name="connectionString"/> is asked when the first connection is needed, so an
    /// embedded database may still be starting when the container is built.
    /// </summary>
    public static IServiceCollection AddData(this IServiceCollection services, Func<IServiceProvider, string> connectionString)
    {
        services.AddConnections(connectionString);
        services.AddPooledDbContextFactory<TusUploadDb>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredKeyedService<NpgsqlDataSource>(Pools.Api), Configure).UseSnakeCaseNamingConvention());
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TusUploadDb>>().CreateDbContext());
        services.AddSingleton<SchemaUpgrade>();
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<ApiKeyDirectory>();
        services.AddSingleton<ProtectionKeys>();
        services.AddSingleton<WorkspaceDirectory>();
        services.AddSingleton<PlaceRules>();
        services.AddSingleton<LinkDirectory>();
        services.AddSingleton<LinkTryCounting>();
        services.AddSingleton<NodeHeartbeats>();
        services.AddSingleton<DatabaseClock>();
        services.AddSingleton<StaleNodes>();
        services.AddSingleton<JanitorRuns>();
        services.AddSingleton<NeededContent>();
        services.AddSingleton<KnownFiles>();
        services.AddSingleton<FileCopying>();
        services.AddSingleton<FileMoves>();
        services.AddSingleton<StorageRecount>();
        services.AddSingleton<StorageRepair>();
        services.AddSingleton<UserLimits>();
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
        services.AddSingleton<FileGroups>();
        services.AddSingleton<WaitingFiles>();
        services.AddSingleton<FileDeletion>();
        services.AddSingleton<FileRenaming>();
        services.AddSingleton<BatchCreation>();
        services.AddSingleton<BatchEndings>();
        services.AddSingleton<FolderPaths>();
        services.AddSingleton<FolderChanges>();
        services.AddSingleton<TrashBin>();
        services.AddSingleton<TrashPurge>();
        services.AddSingleton<WorkspaceMembers>();
        services.AddSingleton<BatchSealing>();
        services.AddOptions<IdempotencyOptions>().BindConfiguration(IdempotencyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdempotencyOptions>, IdempotencyOptionsAnnotations>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddOptions<AuditOptions>().BindConfiguration(AuditOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuditOptions>, AuditOptionsAnnotations>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AllowedOrigins>();
        services.AddSingleton<OutboxFeed>();
        services.AddKeyedSingleton(
            Pools.Api, (provider, _) => new OutboxFeed(provider.GetRequiredKeyedService<NpgsqlDataSource>(Pools.Api)));
        services.AddSingleton<DatabaseSignals>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseSignals>());
        return services;
    }

    internal static void Configure(NpgsqlDbContextOptionsBuilder npgsql) =>
        npgsql.MigrationsHistoryTable("migrations", TusUploadDb.Schema);

    /// <summary>One data source for each part of the process, so that none can take another's connections.</summary>
    private static void AddConnections(this IServiceCollection services, Func<IServiceProvider, string> connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsAnnotations>();
        services.AddSingleton(provider => new ConnectionSources(
            () => connectionString(provider),
            () => provider.GetRequiredService<IConfiguration>().GetConnectionString("PostgresDirect"),
            () => provider.GetRequiredService<IConfiguration>().GetConnectionString("PostgresReadOnly"),
            provider.GetRequiredService<IOptions<DatabaseOptions>>(),
            provider.GetRequiredService<ILogger<ConnectionSources>>()));
        services.AddSingleton(provider => provider.GetRequiredService<ConnectionSources>().Create(Pools.Wire));
        foreach (var pool in new[] { Pools.Commits, Pools.Jobs, Pools.Api, Pools.Heartbeat, Pools.Signals })
        {
            services.AddKeyedSingleton(pool, (provider, _) => provider.GetRequiredService<ConnectionSources>().Create(pool));
        }

        services.AddSingleton(provider => new Replica(provider.GetRequiredService<ConnectionSources>().CreateReplica()));
        services.AddSingleton(provider => new StaleReads(
            provider.GetRequiredService<IDbContextFactory<TusUploadDb>>(),
            () => provider.GetRequiredService<Replica>().Source,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StaleReads>>()));
    }
}
